"""The state of records after *Success*: asked in batches, within the limits of the connector."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from typing import Any

import pytest

from tests.support.builders import a_snapshot
from tests.support.simulated_back_offices import SIMULATED
from tests.support.system import System, until

SOAP, API_PAGE = "Business Central SOAP", "Business Central API page"
MANY = 500
CALLS, RATE = 2, 100
FINAL = {"applied", "refused", "reverted", "cannot be told"}


async def connector(system: System, app: str, office: str, **fields: Any) -> str:
    reached = SIMULATED[office].connector(system.services["simulator"].url, app)
    return await system.connector(**{"source_app": app, "name": app} | reached | fields)


async def post(system: System, app: str, count: int) -> None:
    """Post this many changes concurrently."""
    at_once = asyncio.Semaphore(32)

    async def one() -> None:
        async with at_once:
            await system.change("create", a_snapshot(source_app=app))

    await asyncio.gather(*(one() for _ in range(count)))


async def until_final(system: System, app: str, count: int) -> list[dict[str, Any]]:
    async def ask() -> list[dict[str, Any]] | None:
        found = await system.deliveries(source_app=app)
        final = [one for one in found if one["applied"] and one["applied"]["state"] in FINAL]
        return found if len(final) == count else None

    return await until(ask, f"the states of {count} records", within_s=60)


async def journal(system: System, app: str) -> list[dict[str, Any]]:
    """Return every call to this back office, in the order of their ends."""
    url, after = system.services["simulator"].url, 0
    found: list[dict[str, Any]] = []
    while True:
        query = {"after": str(after), "limit": "10000"}
        async with system.http.get(f"{url}/journal", params=query) as answer:
            entries = (await answer.json())["calls"]
        if not entries:
            return [entry for entry in found if entry["back_office"] == app]
        found += entries
        after = entries[-1]["number"]


def most_at_once(calls: list[dict[str, Any]]) -> int:
    steps = sorted([(call["began"], 1) for call in calls] + [(call["ended"], -1) for call in calls])
    at_once = most = 0
    for _, step in steps:
        at_once += step
        most = max(most, at_once)
    return most


def most_per_second(calls: list[dict[str, Any]]) -> int:
    times = sorted(call["at_s"] for call in calls)
    return max(sum(1 for other in times[i:] if other < at + 1) for i, at in enumerate(times))


async def test_the_portal_shows_the_states_of_500_records_within_the_limits_of_the_connector(
    system: System, app: str
) -> None:
    processing = {"applied": 450, "refused": 40, "reverted": 10, "after_s": 6}
    await system.simulated("PUT", app, "/processing", json=processing)
    connector_id = await connector(
        system,
        app,
        SOAP,
        limits={"calls_in_flight": CALLS, "calls_per_second": RATE},
        applied={"preset": "SOAP Read", "interval_s": 2.0},
    )

    await post(system, app, MANY)
    found = await until_final(system, app, MANY)

    assert Counter(one["applied"]["state"] for one in found) == {
        "applied": 450,
        "refused": 40,
        "reverted": 10,
    }
    refused = [one["applied"]["message"] for one in found if one["applied"]["state"] == "refused"]
    assert all("The Job Task must be open." in message for message in refused)
    assert {one["status"] for one in found} == {"Success"}
    for state, count in (("refused", 40), ("reverted", 10)):
        assert len(await system.deliveries(source_app=app, applied=state)) == count

    calls = await journal(system, app)
    reads = [call for call in calls if call["action"] == "read"]
    assert most_at_once(calls) <= CALLS
    assert most_per_second(calls) <= RATE * 1.1 + CALLS
    assert len(reads) <= MANY / 5, "many records share one call"

    async def figures() -> dict[str, int] | None:
        _, answer = await system.api(
            "GET", "/figures", params={"connector_id": connector_id, "step": "day"}
        )
        sums = Counter[str]()
        for item in answer["items"]:
            sums.update({n: item[n] for n in ("applied", "refused_by_back_office", "reverted")})
        return dict(sums) if sums.total() == MANY else None

    assert await until(figures, "the figures") == {
        "applied": 450,
        "refused_by_back_office": 40,
        "reverted": 10,
    }
    _, status = await system.api("GET", "/status")
    lane = next(one for one in status["lanes"] if one["connector_id"] == connector_id)
    assert lane["not_applied"]["refused"] == 40
    assert lane["not_applied"]["reverted"] == 10
    assert lane["not_applied"]["waiting"] == 0
    metric = rf'mboc_dispatcher_applied_total{{connector_id="{connector_id}",state="(.*?)"}} (\d+)'
    counted = dict(re.findall(metric, await system.metrics("dispatcher")))
    counts = {state: int(count) for state, count in counted.items() if int(count)}
    assert counts == {"applied": 450, "refused": 40, "reverted": 10}


LIST = "/ODataV4/Company('CRONUS')/Appointments"


@pytest.mark.parametrize(
    ("office", "preset"),
    [
        (SOAP, "answer to the create"),
        (SOAP, "SOAP Read"),
        (SOAP, "OData list"),
        (API_PAGE, "answer to the create"),
        (API_PAGE, "record of the API page"),
        (API_PAGE, "OData list"),
        ("NAV", "answer to the create"),
        ("NAV", "SOAP Read"),
        ("NAV", "OData list"),
        ("CRM", "Dataverse status"),
    ],
)
async def test_every_preset_tells_the_state_of_records_and_passes_its_test(
    system: System, app: str, office: str, preset: str
) -> None:
    await system.simulated(
        "PUT", app, "/processing", json={"applied": 3, "refused": 1, "reverted": 1}
    )
    address = system.back_office(app) + LIST if preset == "OData list" else None
    connector_id = await connector(
        system, app, office, applied={"preset": preset, "address": address, "interval_s": 1.0}
    )

    _, tested = await system.api("POST", f"/connectors/{connector_id}/test")
    await post(system, app, 5)
    found = await until_final(system, app, 5)

    assert tested["passed"], tested
    assert Counter(one["applied"]["state"] for one in found) == {
        "applied": 3,
        "refused": 1,
        "reverted": 1,
    }
    refused = next(one["applied"] for one in found if one["applied"]["state"] == "refused")
    assert "The Job Task must be open." in refused["message"]
    assert refused["next_check_at"] is None
    delivery = next(one for one in found if one["applied"]["state"] == "refused")

    async def with_attempt() -> dict[str, Any] | None:
        _, details = await system.api("GET", f"/deliveries/{delivery['delivery_id']}")
        return details if details["attempts"] else None

    details = await until(with_attempt, "the attempt, which is stored after its delivery")
    assert details["applied"] == details["attempts"][0]["applied"] == refused


async def test_a_connector_that_does_not_ask_has_no_states(system: System, app: str) -> None:
    await system.simulated("PUT", app, "/processing", json={"applied": 1})
    await connector(system, app, SOAP)

    transaction = await system.change("create", a_snapshot(source_app=app))
    delivery = await system.delivery(transaction, "Success")

    assert delivery["applied"] is None
    assert (await system.simulated("GET", app))["reads"] == 0


async def test_a_record_waits_until_it_is_given_up(system: System, app: str) -> None:
    await system.simulated("PUT", app, "/processing", json={"waiting": 1})
    applied = {"preset": "SOAP Read", "interval_s": 1.0, "give_up_after_h": 4 / 3600}
    await connector(system, app, SOAP, applied=applied)

    transaction = await system.change("create", a_snapshot(source_app=app))
    first = await system.delivery(transaction, "Success")
    (found,) = await until_final(system, app, 1)

    assert first["applied"]["state"] == "waiting"
    assert first["applied"]["next_check_at"]
    assert found["applied"]["state"] == "cannot be told"
    assert "in time" in found["applied"]["message"]


@pytest.mark.parametrize(
    ("office", "applied", "missing"),
    [
        (SOAP, {"preset": "SOAP Read", "status_field": "Processing_State"}, "Processing_State"),
        (SOAP, {"preset": "answer to the create", "message_field": "Reason"}, "Reason"),
        (API_PAGE, {"preset": "record of the API page", "status_field": "stage"}, "stage"),
        (API_PAGE, {"preset": "record of the API page", "entry_field": "number"}, "number"),
        ("CRM", {"preset": "Dataverse status", "message_field": "dime_reason"}, "dime_reason"),
    ],
)
async def test_a_failed_question_changes_only_its_note_and_the_connection_test_names_the_field(
    system: System, app: str, office: str, applied: dict[str, Any], missing: str
) -> None:
    connector_id = await connector(system, app, office, applied=applied | {"interval_s": 1.0})

    _, tested = await system.api("POST", f"/connectors/{connector_id}/test")
    transaction = await system.change("create", a_snapshot(source_app=app))
    await system.delivery(transaction, "Success")

    assert not tested["passed"]
    assert missing in tested["steps"][-1]["sentence"]
    if applied["preset"] == "answer to the create":
        return

    async def noted() -> dict[str, Any] | None:
        found = await system.delivery(transaction, "Success")
        return found if found["applied"]["message"] else None

    found = await until(noted, "the note about the question")
    assert found["applied"]["state"] == "waiting"
    assert found["applied"]["next_check_at"]
    _, status = await system.api("GET", "/status")
    lane = next(one for one in status["lanes"] if one["connector_id"] == connector_id)
    assert lane["held_since"] is None
    assert lane["not_applied"]["waiting"] == 1


async def test_questions_end_when_the_connector_asks_no_more(system: System, app: str) -> None:
    await system.simulated("PUT", app, "/processing", json={"waiting": 1})
    connector_id = await connector(
        system, app, SOAP, applied={"preset": "SOAP Read", "interval_s": 1.0}
    )
    transaction = await system.change("create", a_snapshot(source_app=app))
    await system.delivery(transaction, "Success")

    _, stored = await system.api("GET", f"/connectors/{connector_id}")
    only_read = {"connector_id", "secrets", "header_names", "modified_at"}
    changed = {name: value for name, value in stored.items() if name not in only_read}
    status, answer = await system.api(
        "PUT", f"/connectors/{connector_id}", json=changed | {"applied": {"preset": "off"}}
    )
    assert status == 200, answer
    (found,) = await until_final(system, app, 1)

    assert found["applied"]["state"] == "cannot be told"
    assert "does not ask" in found["applied"]["message"]
