"""Conditions of an operation: a query, without operators that run code in the database."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from common.contracts.operation import OperationKind, OperationRequested
from tests.support.builders import A_MOMENT


def requested(**choice: Any) -> OperationRequested:
    return OperationRequested(
        operation_id="0" * 32,
        kind=OperationKind.RETRY,
        asked_by="anna",
        asked_at=A_MOMENT,
        per_second=1,
        planned=1,
        **choice,
    )


def test_conditions_of_known_words_travel_as_they_are() -> None:
    conditions = {
        "$and": [
            {"status": "Failed", "words": {"$all": ["a"]}},
            {"received_at": {"$gte": {"$date": "2026-07-21T00:00:00Z"}}},
        ]
    }

    assert (
        OperationRequested.model_validate_json(
            requested(conditions=conditions).model_dump_json()
        ).conditions
        == conditions
    )


@pytest.mark.parametrize(
    "conditions",
    [{"$where": "sleep(1)"}, {"a": [{"b": {"$function": {}}}]}, {"$or": [{"$expr": True}]}],
)
def test_conditions_that_would_run_code_are_refused(conditions: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="must not use"):
        requested(conditions=conditions)


@pytest.mark.parametrize("choice", [{}, {"delivery_ids": ("a",), "conditions": {}}])
def test_deliveries_are_named_or_described_and_not_both(choice: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="either delivery_ids or conditions"):
        requested(**choice)
