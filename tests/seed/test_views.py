"""Seed, Views: one test for each sentence about the administrator's views."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.support.builders import a_snapshot
from tests.support.system import System, until


async def appointments(system: System, **query: str) -> list[dict[str, Any]]:
    """Return the first page of the list."""
    status, page = await system.api("GET", "/appointments", params=query)
    assert status == 200, page
    return list(page["items"])


async def three(system: System, app: str) -> list[str]:
    """Deliver three appointments one after the other, and return their keys, the oldest first."""
    await system.hook(app)
    keys = []
    for subject in ("b", "a", "c"):
        delivery = await system.delivery(
            await system.change("create", a_snapshot(source_app=app, Subject=f"{subject} {app}")),
            "Success",
        )
        keys.append(delivery["appointment"]["key"])
    return keys


async def test_the_appointments_view_lists_the_processed_ones_and_the_status_of_each_transaction(
    system: System, app: str
) -> None:
    await three(system, app)

    rows = await appointments(system, source_app=app)

    assert [row["subject"] for row in rows] == [f"c {app}", f"a {app}", f"b {app}"]
    assert [[delivery["status"] for delivery in row["deliveries"]] for row in rows] == [
        ["Success"]
    ] * 3


async def test_by_default_records_are_sorted_in_descending_order_by_date_of_the_last_transaction(
    system: System, app: str
) -> None:
    keys = await three(system, app)
    number = int(keys[0].partition("/")[2])
    await system.delivery(
        await system.change("update", a_snapshot(number, "2026-07-22T08:00:00Z", app)), "Success"
    )

    rows = await appointments(system, source_app=app)

    assert [row["appointment_key"] for row in rows] == [keys[0], keys[2], keys[1]]
    moments = [datetime.fromisoformat(row["last_transaction_at"]) for row in rows]
    assert moments == sorted(moments, reverse=True)


@pytest.mark.parametrize(("sort", "subjects"), [("subject", "abc"), ("-subject", "cba")])
async def test_to_change_the_sort_order_click_any_column_header(
    system: System, app: str, sort: str, subjects: str
) -> None:
    await three(system, app)

    rows = await appointments(system, source_app=app, sort=sort)

    assert "".join(row["subject"][0] for row in rows) == subjects


async def test_to_find_all_transactions_for_a_given_job_enter_filter_criteria_and_clear_them_again(
    system: System, app: str
) -> None:
    await system.hook(app)
    for job in (f"{app}-1", f"{app}-2"):
        task = {"TaskNo": job, "Job": {"SourceApp": app, "SourceType": "OPPT", "JobNo": job}}
        await system.delivery(
            await system.change("create", a_snapshot() | {"Task": task}), "Success"
        )

    filtered = await system.deliveries(job_no=f"{app}-1")

    assert [delivery["appointment"]["job_no"] for delivery in filtered] == [f"{app}-1"]
    assert len(await appointments(system, job_no=f"{app}-2")) == 1
    assert len(await system.deliveries(source_app=app)) == 2


async def test_the_details_section_shows_change_tracking_information_and_identification_values(
    system: System, app: str
) -> None:
    await system.hook(app)
    tracked = {
        "CreatedDate": "2026-07-20T08:00:00Z",
        "CreatedUser": "planner-1",
        "LastModifiedUser": "planner-2",
    }
    identified = {"BackofficeID": "SO-1", "BackofficeParentID": "JOB-1"}
    delivery = await system.delivery(
        await system.change("create", a_snapshot(source_app=app) | tracked | identified), "Success"
    )

    _, details = await system.api("GET", f"/appointments/{delivery['appointment']['key']}")

    assert (details["created_at"], details["created_by"], details["modified_by"]) == (
        "2026-07-20T08:00:00Z",
        "planner-1",
        "planner-2",
    )
    assert details["modified_at"].startswith("2026-07-21T14:03:09.447")
    assert (
        details["source_app"],
        details["source_type"],
        details["job_no"],
        details["task_no"],
    ) == (app, "OPPT", "OP100001", "OP100001")
    assert (details["back_office_id"], details["back_office_parent_id"]) == ("SO-1", "JOB-1")


async def test_the_last_activity_tab_lists_the_transactions_and_their_status(
    system: System, app: str
) -> None:
    [key, *_] = await three(system, app)
    number = int(key.partition("/")[2])
    await system.simulated("PUT", app, "/faults", json={"status": 400})
    await system.delivery(
        await system.change("update", a_snapshot(number, "2026-07-22T08:00:00Z", app)), "Failed"
    )

    _, details = await system.api("GET", f"/appointments/{key}")

    [activity] = details["activity"]
    assert [(delivery["action"], delivery["status"]) for delivery in activity["deliveries"]] == [
        ("update", "Failed"),
        ("create", "Success"),
    ]


async def test_the_mboc_settings_tab_shows_the_connection_details_used_to_reach_the_back_office(
    system: System, app: str
) -> None:
    [key, *_] = await three(system, app)

    _, details = await system.api("GET", f"/appointments/{key}")

    used = details["activity"][0]["deliveries"][0]["attempts"][0]["settings_then"]
    assert (used["uri"], used["system"], used["api_type"], used["enabled"]) == (
        system.back_office(app),
        "Webhook",
        "REST",
        True,
    )


async def test_the_transactions_view_shows_a_flat_list_rather_than_a_table_grouped_per_appointment(
    system: System, app: str
) -> None:
    [key, *_] = await three(system, app)
    number = int(key.partition("/")[2])
    await system.delivery(
        await system.change("update", a_snapshot(number, "2026-07-22T08:00:00Z", app)), "Success"
    )

    assert len(await system.deliveries(source_app=app)) == 4
    assert len(await appointments(system, source_app=app)) == 3


async def failed(system: System, app: str) -> dict[str, Any]:
    """A delivery that the back office refused."""
    await system.hook(app)
    await system.simulated("PUT", app, "/faults", json={"status": 400})
    return await system.delivery(
        await system.change("create", a_snapshot(source_app=app)), "Failed"
    )


async def test_error_tracking_shows_transactions_that_were_not_sent_successfully_to_the_back_office(
    system: System, app: str
) -> None:
    delivery = await failed(system, app)

    assert [
        found["delivery_id"] for found in await system.deliveries(source_app=app, troubled=True)
    ] == [delivery["delivery_id"]]


async def test_in_error_tracking_you_can_sort_and_filter_the_records_as_in_the_history_list(
    system: System, app: str
) -> None:
    delivery = await failed(system, app)

    found = await system.deliveries(
        source_app=app, troubled=True, code="DSWBHK020", sort="-subject"
    )

    assert [found[0]["delivery_id"]] == [delivery["delivery_id"]]
    assert await system.deliveries(source_app=app, troubled=True, code="DSWBHK010") == []


async def test_in_the_details_section_you_can_inspect_the_reason_for_the_error(
    system: System, app: str
) -> None:
    delivery = await failed(system, app)

    _, details = await system.api("GET", f"/deliveries/{delivery['delivery_id']}")

    assert details["message"].startswith("[DSWBHK020]")
    assert details["attempts"][0]["message"] == details["message"]


async def test_when_a_transaction_fails_for_any_reason_it_appears_in_the_error_list_automatically(
    system: System, app: str
) -> None:
    await system.hook(app)
    await system.simulated("PUT", app, "/faults", json={"status": 500})
    await system.change("create", a_snapshot(source_app=app))

    async def shown() -> bool:
        return [
            found["status"] for found in await system.deliveries(source_app=app, troubled=True)
        ] == ["Failed"]

    await until(shown, "the failed transaction to be in the error list")


async def test_a_transaction_that_waits_for_a_server_that_is_down_is_shown_as_held_with_its_reason(
    system: System, app: str
) -> None:
    connector_id = await system.hook(app, uri="http://127.0.0.1:9/")
    await system.change("create", a_snapshot(source_app=app))

    async def held() -> dict[str, Any] | None:
        if not await system.deliveries(source_app=app, phase="held"):
            return None
        _, status = await system.api("GET", "/status")
        lanes = {lane["connector_id"]: lane for lane in status["lanes"]}
        return lanes[connector_id] if lanes[connector_id]["held_since"] else None

    lane = await until(held, "the transaction to be held")
    assert "127.0.0.1:9 cannot be reached" in lane["reason"]

    await system.switch(connector_id, "disable")
    await until(
        lambda: system.deliveries(source_app=app, status="MBOC Publish Disabled"), "its end"
    )
