"""An administrator forgets the order of one appointment after a wrong last-modified time."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.integration.test_command_line import mboc
from tests.support.builders import a_snapshot
from tests.support.system import System, until


def minutes_ahead(minutes: float) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()


async def an_appointment_of_the_future(system: System, app: str) -> dict[str, Any]:
    """Create an appointment whose newest change is Skipped, because a fast clock made the change
    before.
    """
    first = a_snapshot(modified=minutes_ahead(50), source_app=app)
    await system.delivery(await system.change("create", first), "Success")
    second = first | {"LastModifiedDate": minutes_ahead(0), "Subject": "moved"}
    await system.delivery(await system.change("update", second), "Skipped")
    return second


async def is_delivered(system: System, snapshot: dict[str, Any]) -> None:
    """Wait until a further change of this version is sent, because dispatchers forget after a
    moment.
    """
    further = itertools.count()

    async def ask() -> bool:
        change = snapshot | {"Subject": f"moved {next(further)}"}
        return bool(
            (await system.delivery(await system.change("update", change)))["status"] == "Success"
        )

    await until(ask, "an older change to be delivered")


async def test_an_older_change_is_delivered_after_the_order_was_forgotten(
    system: System, app: str
) -> None:
    connector_id = await system.hook(app)
    older = await an_appointment_of_the_future(system, app)
    key = f"demo/{older['Id']}"

    status, forgotten = await system.api("POST", f"/appointments/{key}/forget-order")

    assert status == 202
    assert forgotten == {"appointment_key": key, "connector_ids": [connector_id]}
    await is_delivered(system, older)
    _, audit = await system.api("GET", "/audit", params={"target": key})
    assert [(line["action"], line["outcome"]) for line in audit["items"]] == [("forget_order", 202)]
    _, timeline = await system.api("GET", f"/timelines/{key}")
    assert "forget_order" in {one.get("action") for one in timeline["items"]}


async def test_the_command_forgets_the_order_too(system: System, app: str) -> None:
    await system.hook(app)
    older = await an_appointment_of_the_future(system, app)

    code, printed = await mboc(system, "appointments", "forget-order", f"demo/{older['Id']}")

    assert (code, "is sent at any age" in printed) == (0, True)
    await is_delivered(system, older)


async def test_the_order_of_an_unknown_appointment_cannot_be_forgotten(system: System) -> None:
    status, problem = await system.api("POST", "/appointments/demo/none-such/forget-order")

    assert (status, problem["detail"]) == (404, "There is no appointment demo/none-such")
    assert await mboc(system, "appointments", "forget-order", "demo/none-such") == (
        1,
        "There is no appointment demo/none-such\n",
    )
