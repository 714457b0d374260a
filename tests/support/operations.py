"""Begins and follows operations over the API, as an administrator does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.support.builders import a_snapshot
from tests.support.system import System, until

FINISHED = ("done", "cancelled")


async def make_failed_deliveries(system: System, app: str, count: int, **fields: Any) -> list[str]:
    """Make a connector with so many failed deliveries, whose back office works again.

    Return the delivery ids, oldest first.
    """
    await system.hook(app, **fields)
    await system.simulated("PUT", app, "/faults", json={"status": 400})
    transactions = [
        await system.change("create", a_snapshot(number, source_app=app))
        for number in range(1, count + 1)
    ]
    ids = [
        (await system.delivery(transaction, "Failed"))["delivery_id"]
        for transaction in transactions
    ]
    await system.simulated("DELETE", app, "/faults")
    return ids


async def begin_operation(system: System, kind: str = "retry", **asked: Any) -> dict[str, Any]:
    """Begin an operation, and return its first state."""
    status, answer = await system.api("POST", "/operations", json={"kind": kind} | asked)
    assert status == 202, answer
    return dict(answer)


async def steer_operation(
    system: System, operation: dict[str, Any], command: str
) -> dict[str, Any]:
    """Pause, resume or cancel an operation and return it."""
    status, answer = await system.api("POST", f"/operations/{operation['operation_id']}/{command}")
    assert status == 200, answer
    return dict(answer)


async def read_operation(system: System, operation: dict[str, Any]) -> dict[str, Any]:
    """Return the current state of an operation."""
    status, answer = await system.api("GET", f"/operations/{operation['operation_id']}")
    assert status == 200, answer
    return dict(answer)


async def wait_for_state(
    system: System, operation: dict[str, Any], states: Sequence[str] = FINISHED
) -> dict[str, Any]:
    """Wait until an operation is in one of these states, and return it."""

    async def ask() -> dict[str, Any] | None:
        found = await read_operation(system, operation)
        is_there = found["state"] in states and (
            found["state"] not in FINISHED or found["finished_at"] is not None
        )
        return found if is_there else None

    return await until(ask, f"the operation to be {' or '.join(states)}")


async def read_items(
    system: System, operation: dict[str, Any], **query: Any
) -> list[dict[str, Any]]:
    """Return all items of an operation, read page by page."""
    found: list[dict[str, Any]] = []
    asked = {"limit": "3"} | query
    while True:
        status, page = await system.api(
            "GET", f"/operations/{operation['operation_id']}/items", params=asked
        )
        assert status == 200, page
        found += page["items"]
        if not page["next"]:
            return found
        asked["after"] = page["next"]


def nonzero_counts(operation: dict[str, Any]) -> dict[str, int]:
    """Return the counts of an operation that are not 0."""
    return {name: count for name, count in operation["counts"].items() if count}
