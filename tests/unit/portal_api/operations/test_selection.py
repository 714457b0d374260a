from __future__ import annotations

from typing import Any

import pytest

from common.contracts.operation import OperationKind
from portal_api.operations.selection import NewOperation, Selection


@pytest.mark.parametrize(
    ("kind", "given", "archived"),
    [
        ("restore", {}, True),
        ("restore", {"archived": False}, False),
        ("retry", {}, False),
        ("archive", {"archived": True}, True),
    ],
)
def test_a_restore_selects_archived_deliveries_by_default(
    kind: str, given: dict[str, Any], *, archived: bool
) -> None:
    filtered = Selection.model_validate({"kind": kind, "filter": given}).effective_filter()

    assert filtered is not None
    assert filtered.mongodb_query(held=())["archived"] is archived


def test_a_delivery_that_is_named_twice_is_meant_once() -> None:
    assert Selection(kind=OperationKind.RETRY, delivery_ids=["b", "a", "b"]).ids() == ["b", "a"]


def test_the_audit_keeps_few_names_and_of_many_the_number() -> None:
    few = NewOperation(kind=OperationKind.RETRY, delivery_ids=["a"], ramp=True)
    many = NewOperation(kind=OperationKind.ARCHIVE, delivery_ids=[f"d{n}" for n in range(1_000)])

    assert few.audit_view() == {"kind": "retry", "ramp": True, "delivery_ids": ["a"]}
    assert many.audit_view() == {"kind": "archive", "deliveries": 1_000}
