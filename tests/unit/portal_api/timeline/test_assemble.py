from __future__ import annotations

from datetime import timedelta
from typing import Any

from common.contracts.delivery import Status
from portal_api.timeline import assemble
from tests.support.builders import A_MOMENT, a_connector


def at(minute: int) -> Any:
    return A_MOMENT + timedelta(minutes=minute)


def a_delivery(
    minute: int, status: Status | None = Status.SUCCESS, **fields: Any
) -> dict[str, Any]:
    """Return a stored delivery that finished a minute after it was received."""
    facts = {"key": "demo/1", "appointment_id": 1, "subject": "Inspect", "modified_at": at(minute)}
    own = {
        "_id": f"t{minute}.c1",
        "transaction_id": f"t{minute}",
        "connector_id": "c1",
        "status": status,
        "action": "update",
        "appointment": facts,
    }
    return own | {"received_at": at(minute), "changed_at": at(minute + 1), "attempts": []} | fields


def an_entry(
    minute: int, action: str = "change_connector", target: str = "c1", outcome: int | None = 200
) -> dict[str, Any]:
    return {
        "audit_id": "a",
        "at": at(minute),
        "who": "ANNE",
        "role": "admin",
        "action": action,
        "target": target,
        "outcome": outcome,
    }


def test_a_transaction_with_several_deliveries_is_one_version() -> None:
    deliveries = [a_delivery(1), a_delivery(1, _id="t1.c2", connector_id="c2")]

    assert [one.transaction_id for one in assemble.version_entries(deliveries)] == ["t1"]


def test_settings_apply_until_the_newest_delivery_is_delivered() -> None:
    made = [
        a_connector(connector_id="c1", version=n, modified_at=at(minute))
        for n, minute in ((4, 30), (3, 6), (2, 2), (1, -5))
    ]
    deliveries = [a_delivery(1, Status.FAILED), a_delivery(6)]

    assert [
        one.version for one in assemble.settings_entries(made, assemble.periods_of(deliveries))
    ] == [3, 2]


def test_settings_apply_until_now_while_the_newest_delivery_is_not_delivered() -> None:
    made = [
        a_connector(connector_id="c1", version=n, modified_at=at(minute))
        for n, minute in ((2, 30), (1, -5))
    ]

    assert [
        one.version
        for one in assemble.settings_entries(
            made, assemble.periods_of([a_delivery(1, Status.FAILED)])
        )
    ] == [2]
    assert [
        one.version
        for one in assemble.settings_entries(made, assemble.periods_of([a_delivery(1, None)]))
    ] == [2]


def test_the_audit_adds_only_actions_without_an_entry_of_their_own() -> None:
    periods = assemble.periods_of([a_delivery(1, Status.FAILED)])
    entries = [
        an_entry(2),
        an_entry(3, outcome=403),
        an_entry(4, "test_connector"),
        an_entry(5, "pause_operation", "o1"),
        an_entry(-9, "test_connector"),
    ]

    assert [(one.action, one.outcome) for one in assemble.audit_entries(entries, periods)] == [
        ("change_connector", 403),
        ("test_connector", 200),
        ("pause_operation", 200),
    ]
