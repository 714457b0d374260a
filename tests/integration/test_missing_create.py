"""A back office gets the create before every update, and no delete of an appointment that it never
got.
"""

from __future__ import annotations

from typing import Any

from tests.support.builders import a_snapshot
from tests.support.system import System


async def changed(system: System, action: str, snapshot: dict[str, Any], at: int) -> dict[str, Any]:
    """Report a change of this minute, and wait for its status."""
    modified = {"LastModifiedDate": f"2026-07-21T14:{at:02}:00"}
    return await system.delivery(await system.change(action, snapshot | modified))


async def actions(system: System, app: str) -> list[str]:
    return [one["action"] for one in (await system.simulated("GET", app, "/records"))["records"]]


async def test_an_update_goes_out_as_a_create_after_the_create_was_refused(
    system: System, app: str
) -> None:
    await system.hook(app)
    await system.simulated("PUT", app, "/faults", json={"status": 400, "times": 1})
    snapshot = a_snapshot(source_app=app)
    created = await changed(system, "create", snapshot, 1)

    updated = await changed(system, "update", snapshot, 2)

    assert (created["status"], updated["status"]) == ("Failed", "Success")
    assert updated["message"] == (
        "Sent as a create: the back office never got the create "
        f"(transaction {created['transaction_id']})."
    )
    assert await actions(system, app) == ["create"]


async def test_a_delete_of_an_appointment_whose_create_was_refused_is_skipped(
    system: System, app: str
) -> None:
    await system.hook(app)
    await system.simulated("PUT", app, "/faults", json={"status": 400, "times": 1})
    snapshot = a_snapshot(source_app=app)
    created = await changed(system, "create", snapshot, 1)

    deleted = await changed(system, "delete", snapshot, 2)

    assert (created["status"], deleted["status"]) == ("Failed", "Skipped")
    assert "There is nothing to delete" in deleted["message"]
    assert await actions(system, app) == []


async def test_a_time_far_ahead_is_replaced_by_the_time_of_arrival_and_the_delivery_says_so(
    system: System, app: str
) -> None:
    await system.hook(app)
    snapshot = a_snapshot(modified="9999-12-31T23:59:59.9999999", source_app=app)
    first = await system.delivery(await system.change("create", snapshot))

    later = snapshot | {"Subject": "moved"}
    second = await system.delivery(await system.change("update", later))

    assert (first["status"], second["status"]) == ("Success", "Success")
    assert "9999-12-31T23:59:59.9999999" in first["message"]
