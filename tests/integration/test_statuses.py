"""One test for each of the eight statuses, with the sentence that names the field to correct."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.builders import a_snapshot
from tests.support.system import System, until


async def test_success_says_that_the_back_office_received_it(system: System, app: str) -> None:
    await system.hook(app)

    delivery = await system.delivery(await system.change("create", a_snapshot(source_app=app)))

    assert delivery["status"] == "Success"
    assert (await system.simulated("GET", app))["stored"] == 1


@pytest.mark.parametrize(
    ("fields", "status", "code", "field"),
    [
        ({"enabled": False}, "MBOC Publish Disabled", "DSWBHK001", "Enabled"),
        ({"system": ""}, "Invalid MBOC Back Office System", "DSCFG002", "System"),
        ({"system": "Fax"}, "Invalid MBOC Back Office Type", "DSCFG005", "System 'Fax'"),
        ({"uri": ""}, "Invalid MBOC URI", "DSWBHK002", "URI"),
    ],
)
async def test_a_wrong_setting_has_its_status_and_names_the_field(
    system: System, app: str, fields: dict[str, Any], status: str, code: str, field: str
) -> None:
    await system.hook(app, **fields)

    delivery = await system.delivery(await system.change("create", a_snapshot(source_app=app)))

    assert delivery["status"] == status
    assert delivery["message"].startswith(f"[{code}] ")
    assert field in delivery["message"]
    assert (await system.simulated("GET", app))["received"] == 0


async def test_mboc_not_provided_says_that_no_task_is_linked(system: System) -> None:
    delivery = await system.delivery(await system.change("create", a_snapshot(source_app=None)))

    assert delivery["status"] == "MBOC Not Provided"
    assert "link it to a task" in delivery["message"]


async def test_mboc_not_provided_names_the_source_app_that_no_connector_has(
    system: System, app: str
) -> None:
    delivery = await system.delivery(await system.change("create", a_snapshot(source_app=app)))

    assert delivery["status"] == "MBOC Not Provided"
    assert app in delivery["message"]


async def test_skipped_names_the_newer_version(system: System, app: str) -> None:
    await system.hook(app)
    newer = await system.change(
        "update", a_snapshot(71, source_app=app, modified="2026-07-21T15:00:00.000")
    )
    await system.delivery(newer, "Success")

    older = await system.delivery(
        await system.change(
            "update", a_snapshot(71, source_app=app, modified="2026-07-21T14:00:00.000")
        )
    )

    assert older["status"] == "Skipped"
    assert newer in older["message"]
    assert "2026-07-21T15:00:00.000Z" in older["message"]


async def test_failed_names_the_code_and_the_next_step(system: System, app: str) -> None:
    await system.hook(app)
    await system.simulated("PUT", app, "/faults", json={"status": 400})

    delivery = await system.delivery(await system.change("create", a_snapshot(source_app=app)))

    assert delivery["status"] == "Failed"
    assert delivery["message"].startswith("[DSWBHK020] Status code: 400.")
    assert delivery["retryable"] is False


async def test_a_transient_fault_is_overcome_within_one_attempt(system: System, app: str) -> None:
    await system.hook(app)
    await system.simulated("PUT", app, "/faults", json={"status": 429, "times": 2})

    delivery = await system.delivery(await system.change("create", a_snapshot(source_app=app)))

    assert (delivery["status"], delivery["attempt"], delivery["tries"]) == ("Success", 1, 3)


async def test_no_answer_after_sending_is_an_unknown_outcome_and_says_so(
    system: System, app: str
) -> None:
    await system.hook(app, limits={"total_timeout_s": 0.5})
    await system.simulated("PUT", app, "/faults", json={"store_then_silence": True})

    delivery = await system.delivery(await system.change("create", a_snapshot(source_app=app)))

    assert delivery["status"] == "Failed"
    assert delivery["outcome_unknown"] is True
    assert delivery["message"].startswith("[DSWBHK010] ")
    assert (await system.simulated("GET", app))["stored"] == 1


async def test_a_failing_connector_is_held_and_goes_on_by_itself(system: System, app: str) -> None:
    connector_id = await system.hook(app)
    await system.simulated("PUT", app, "/faults", json={"status": 503})
    transactions = [
        await system.change("create", a_snapshot(n, source_app=app)) for n in range(1, 13)
    ]
    await until(
        lambda: system.deliveries(connector_id=connector_id, phase="held"), "deliveries to be held"
    )

    await system.simulated("DELETE", app, "/faults")

    statuses = [(await system.delivery(t))["status"] for t in transactions]
    assert "Success" in statuses
    assert set(statuses) <= {"Success", "Failed"}
