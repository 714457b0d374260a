"""Seed, Error Tracking: the transactions that were not sent successfully, their reasons and MBOC
settings, and how to find them.
"""

from __future__ import annotations

import csv
import io
import json

import aiohttp
import pytest

from tests.support.builders import a_snapshot, as_entered
from tests.support.system import API_KEY, System, until


async def failing(system: System, app: str, count: int = 3) -> str:
    """Create a connector with this many failed deliveries, and return its id."""
    connector_id = await system.hook(app)
    await system.simulated("PUT", app, "/faults", json={"status": 400})
    for number in range(1, count + 1):
        await system.delivery(
            await system.change(
                "create", a_snapshot(number, source_app=app, Subject=f"Überholung {app}")
            ),
            "Failed",
        )
    await system.simulated("DELETE", app, "/faults")
    return connector_id


async def test_error_tracking_shows_transactions_that_were_not_sent_successfully(
    system: System, app: str
) -> None:
    await failing(system, app, 2)
    await system.delivery(await system.change("create", a_snapshot(9, source_app=app)), "Success")

    assert [d["status"] for d in await system.deliveries(source_app=app, troubled=True)] == [
        "Failed",
        "Failed",
    ]
    assert len(await system.deliveries(source_app=app)) == 3


async def test_failures_are_grouped_by_cause_with_counts_and_a_note(
    system: System, app: str
) -> None:
    connector_id = await failing(system, app)

    _, page = await system.api("GET", "/causes", params={"connector_id": connector_id})

    [group] = page["items"]
    assert (group["count"], group["code"], group["status"], group["note"]) == (
        3,
        "DSWBHK020",
        "Failed",
        None,
    )
    assert group["first_seen"] <= group["last_seen"]
    assert len(await system.deliveries(cause=group["cause"])) == 3
    status, note = await system.api(
        "PUT", f"/causes/{group['cause']}/note", json={"text": "The receiver is being mended."}
    )
    assert (status, note["text"]) == (200, "The receiver is being mended.")
    _, page = await system.api("GET", "/causes", params={"connector_id": connector_id})
    assert page["items"][0]["note"]["text"] == "The receiver is being mended."


async def test_the_details_show_the_settings_of_then_beside_those_of_now(
    system: System, app: str
) -> None:
    connector_id = await failing(system, app, 1)
    _, now = await system.api("GET", f"/connectors/{connector_id}")
    await system.api(
        "PUT",
        f"/connectors/{connector_id}",
        json=as_entered(now, uri="https://hooks.cronus.example/new"),
    )

    [failed] = await system.deliveries(source_app=app)
    _, details = await system.api("GET", f"/deliveries/{failed['delivery_id']}")

    assert details["settings_then"]["uri"] == system.back_office(app)
    assert details["settings_now"]["uri"] == "https://hooks.cronus.example/new"


@pytest.mark.parametrize(
    "search", ["uberholung", "ÜBERHOLUNG {app}", "{app} refused", "op100001 {app}"]
)
async def test_free_text_finds_subject_numbers_and_messages(
    system: System, app: str, search: str
) -> None:
    await failing(system, app, 1)

    found = await system.deliveries(source_app=app, search=search.format(app=app))

    assert len(found) == 1
    assert await system.deliveries(source_app=app, search=f"{search.format(app=app)} nowhere") == []


async def test_the_details_of_an_appointment_show_every_connectors_last_activity(
    system: System, app: str
) -> None:
    await system.hook(app)
    await system.connector(source_app=app, name="Mail", uri=system.back_office(f"{app}-mail"))
    transaction = await system.change(
        "create", a_snapshot(source_app=app, CreatedUser="planner@cronus.example")
    )

    async def both() -> bool:
        return [d["status"] for d in await system.deliveries(transaction_id=transaction)] == [
            "Success",
            "Success",
        ]

    await until(both, "both connectors to get it")
    status, details = await system.api(
        "GET",
        (
            "/appointments/"
            f"{(await system.deliveries(transaction_id=transaction))[0]['appointment']['key']}"
        ),
    )

    assert (status, details["created_by"], details["source_app"]) == (
        200,
        "planner@cronus.example",
        app,
    )
    assert sorted(
        activity["connector_name"]
        for activity in details["activity"]
        if activity["settings_now"]["source_app"] == app
    ) == ["Hook", "Mail"]
    for activity in details["activity"]:
        for delivery in activity["deliveries"]:
            assert all(
                attempt["settings_then"]["connector_id"] == activity["connector_id"]
                for attempt in delivery["attempts"]
            )


async def export(system: System, kind: str, **query: str) -> str:
    url = f"{system.services['portal-api'].url}/api/deliveries/export"
    async with system.http.get(
        url, params={"format": kind, **query}, headers={"X-API-KEY": API_KEY}
    ) as answer:
        assert answer.status == 200
        return await answer.text()


async def test_a_list_is_exported_with_its_filters(system: System, app: str) -> None:
    await failing(system, app, 3)

    lines = [
        json.loads(line) for line in (await export(system, "jsonl", source_app=app)).splitlines()
    ]
    rows = list(
        csv.DictReader(io.StringIO(await export(system, "csv", source_app=app, status="Failed")))
    )

    assert [line["appointment"]["appointment_id"] for line in lines] == [3, 2, 1]
    assert [row["appointment_appointment_id"] for row in rows] == ["3", "2", "1"]
    assert rows[0]["message"].startswith("[DSWBHK020]")


async def test_a_cell_that_a_spreadsheet_would_run_is_escaped(system: System, app: str) -> None:
    await system.delivery(
        await system.change("create", a_snapshot(source_app=app, Subject="=HYPERLINK(1)")),
        "MBOC Not Provided",
    )

    [row] = csv.DictReader(io.StringIO(await export(system, "csv", source_app=app)))

    assert row["appointment_subject"] == "'=HYPERLINK(1)"


@pytest.mark.parametrize("path", ["/appointments/none/such", "/deliveries/none.such"])
async def test_an_unknown_id_is_answered_with_404(system: System, path: str) -> None:
    assert (await system.api("GET", path))[0] == 404


async def test_an_export_of_a_bad_filter_is_refused_before_it_begins(system: System) -> None:
    url = f"{system.services['portal-api'].url}/api/deliveries/export"
    async with (
        aiohttp.ClientSession() as http,
        http.get(url, params={"colour": "red"}, headers={"X-API-KEY": API_KEY}) as answer,
    ):
        assert answer.status == 422
