"""Operations as an administrator begins and follows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.support.builders import a_snapshot
from tests.support.system import System, until

OVER = ("done", "cancelled")


async def failing(system: System, app: str, count: int, **fields: Any) -> list[str]:
    """A connector with so many failed deliveries and a back office that is well by now; returns the
    deliveries' ids, the oldest first.
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


async def begun(system: System, kind: str = "retry", **asked: Any) -> dict[str, Any]:
    """Begin an operation."""
    status, answer = await system.api("POST", "/operations", json={"kind": kind} | asked)
    assert status == 202, answer
    return dict(answer)


async def steered(system: System, operation: dict[str, Any], word: str) -> dict[str, Any]:
    """Pause, resume or cancel it."""
    status, answer = await system.api("POST", f"/operations/{operation['operation_id']}/{word}")
    assert status == 200, answer
    return dict(answer)


async def progress(system: System, operation: dict[str, Any]) -> dict[str, Any]:
    """How far it is now."""
    status, answer = await system.api("GET", f"/operations/{operation['operation_id']}")
    assert status == 200, answer
    return dict(answer)


async def until_state(
    system: System, operation: dict[str, Any], states: Sequence[str] = OVER
) -> dict[str, Any]:
    """Wait until it has come to one of these states; returns it."""

    async def ask() -> dict[str, Any] | None:
        found = await progress(system, operation)
        is_there = found["state"] in states and (
            found["state"] not in OVER or found["finished_at"] is not None
        )
        return found if is_there else None

    return await until(ask, f"the operation to be {' or '.join(states)}")


async def items(system: System, operation: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
    """All its deliveries, page by page."""
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


def counts(operation: dict[str, Any]) -> dict[str, int]:
    """Its counts, without those that are nought."""
    return {name: count for name, count in operation["counts"].items() if count}
