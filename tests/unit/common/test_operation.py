"""Conditions of an operation: a query, without operators that run code in the database."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from common.contracts.conditions import FIELDS
from common.contracts.operation import OperationKind, OperationRequested
from portal_api.deliveries.columns import COLUMNS
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
    ("conditions", "refused"),
    [
        ({"status": {"$regex": "^(a+)+$"}}, "\\$regex"),
        ({"status": {"$not": {"$regex": "a"}}}, "\\$regex"),
        ({"status": {"$not": {"$not": {"$gt": ""}}}}, "\\$not"),
        ({"status": {"$elemMatch": {"$where": "1"}}}, "\\$elemMatch"),
        ({"$and": [{"$nor": [{"$jsonSchema": {}}]}]}, "\\$jsonSchema"),
        ({"$text": {"$search": "a"}}, "\\$text"),
        ({"$comment": "a"}, "\\$comment"),
        ({"status": {"$gt": {"$code": "1"}}}, "a value"),
        ({"status": {"$in": [{"$regularExpression": {"pattern": "a", "options": ""}}]}}, "a value"),
        ({"status": {"$minKey": 1}}, "\\$minKey"),
        ({"status": {"a": 1}}, "must not use a"),
        ({"status": ["Failed"]}, "a value"),
        ({"status": 1.5}, "a value"),
        ({"attempt": 2**63}, "a value"),
        ({"received_at": {"$gt": {"$date": "yesterday"}}}, "a value"),
        ({"received_at": {"$gt": {"$date": "2026-02-31T00:00:00Z"}}}, "day is out of range"),
        ({"appointment": {"key": "a"}}, "the field appointment"),
        ({"appointment.snapshot.Name": "a"}, "the field appointment.snapshot"),
        ({"password": "a"}, "the field password"),
        ({"$or": {"status": "a"}}, "a list"),
        ({"$and": ["status"]}, "a query"),
        ({"status": {"$in": ["a"] * 10_001}}, "a list"),
    ],
)
def test_conditions_that_no_filter_makes_are_refused(
    conditions: dict[str, Any], refused: str
) -> None:
    with pytest.raises(ValidationError, match=refused):
        requested(conditions=conditions)


def test_conditions_deep_inside_each_other_are_refused() -> None:
    conditions: dict[str, Any] = {"status": "Failed"}
    for _ in range(50):
        conditions = {"$and": [conditions]}

    with pytest.raises(ValidationError, match="inside each other"):
        requested(conditions=conditions)


def test_conditions_may_use_the_field_of_every_column() -> None:
    assert {column.path for column in COLUMNS.values()} <= FIELDS


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
