"""The combination of conditions into one query."""

from __future__ import annotations

from typing import Any

from portal_api.lists.conditions import all_of

BEGIN: dict[str, Any] = {"received_at": {"$gte": 1}}
END: dict[str, Any] = {"received_at": {"$lt": 2}}
ONE: dict[str, Any] = {"connector_id": "c1"}
HELD: dict[str, Any] = {"connector_id": {"$in": ["c2"]}}


def test_conditions_on_different_fields_become_one_document() -> None:
    assert all_of([BEGIN, ONE]) == BEGIN | ONE


def test_a_second_condition_on_a_field_must_hold_too() -> None:
    assert all_of([BEGIN, END]) == BEGIN | {"$and": [END]}


def test_a_combined_query_keeps_its_conditions_when_it_is_combined_again() -> None:
    assert all_of([all_of([BEGIN, END, ONE]), HELD]) == BEGIN | ONE | {"$and": [END, HELD]}
    assert all_of([all_of([BEGIN, END]), all_of([ONE, HELD])]) == BEGIN | {
        "$and": [END, ONE | {"$and": [HELD]}]
    }
