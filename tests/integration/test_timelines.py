"""The timeline of one appointment: every version, attempt, request and answer, and the changes by
users.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.api_user import ApiUser, a_user
from tests.support.builders import a_snapshot, as_entered
from tests.support.operations import wait_for_state
from tests.support.system import System

SECRET = "made-up-lantern-secret"


@pytest.fixture
async def admin(system: System) -> ApiUser:
    return await a_user(system, "admin")


async def timeline(who: ApiUser, delivery: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the timeline of the delivery's appointment, the oldest entry first."""
    status, found = await who.ask("GET", f"/timelines/{delivery['appointment']['key']}")
    assert status == 200, found
    happenings: list[dict[str, Any]] = found["items"]
    assert [one["at"] for one in happenings] == sorted(
        (one["at"] for one in happenings), reverse=True
    )
    return happenings[::-1]


def of(kind: str, happenings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in happenings if one["kind"] == kind]


async def a_corrected_appointment(system: System, admin: ApiUser, app: str) -> dict[str, Any]:
    """An appointment that failed and was retried after its connector was corrected, tested and
    noted.
    """
    connector_id = await system.connector(
        source_app=app, name=f"Orders {app}", uri=system.back_office(app), password=SECRET
    )
    await system.simulated("PUT", app, "/faults", json={"status": 400})
    snapshot = a_snapshot(source_app=app, Subject="Inspect")
    failed = await system.delivery(await system.change("create", snapshot), "Failed")
    await system.simulated("DELETE", app, "/faults")
    await admin.ask(
        "PUT", f"/causes/{failed['cause']}/note", {"text": "The receiver is being mended."}
    )
    await admin.ask("POST", f"/connectors/{connector_id}/test")
    _, before = await admin.ask("GET", f"/connectors/{connector_id}")
    status, _ = await admin.ask(
        "PUT",
        f"/connectors/{connector_id}",
        as_entered(before, uri=f"{before['uri']}?token={SECRET}", password=f"{SECRET}2"),
    )
    assert status == 200
    _, operation = await admin.ask("POST", f"/deliveries/{failed['delivery_id']}/retry")
    await wait_for_state(system, operation)
    return failed


@pytest.fixture
async def retry(system: System) -> Any:
    await system.start("retry", "retry-timelines")
    yield
    await system.stop("retry-timelines")


@pytest.mark.usefixtures("retry")
async def test_a_timeline_has_versions_attempts_and_actions_of_users(
    system: System, admin: ApiUser, app: str
) -> None:
    failed = await a_corrected_appointment(system, admin, app)

    found = await timeline(admin, failed)

    kinds = [one["kind"] for one in found]
    assert kinds == ["version", "attempt", "note", "audit", "settings", "operation", "attempt"]
    first, last = of("attempt", found)
    assert (first["attempt"]["status"], first["who"]) == ("Failed", None)
    assert (last["attempt"]["status"], last["attempt"]["trigger"], last["who"]) == (
        "Success",
        "Website",
        admin.name,
    )
    [settings] = of("settings", found)
    assert (settings["who"], settings["version"], settings["changed"]) == (
        admin.name,
        2,
        ["secrets.password", "secrets.uri_query"],
    )
    [note] = of("note", found)
    assert (note["who"], note["text"]) == (admin.name, "The receiver is being mended.")
    [asked] = of("operation", found)
    assert (asked["who"], asked["operation"]) == (admin.name, "retry")
    assert [(one["delivery_id"], one["outcome"]) for one in asked["deliveries"]] == [
        (failed["delivery_id"], "succeeded")
    ]
    assert of("audit", found)[0]["action"] == "test_connector"


@pytest.mark.usefixtures("retry")
async def test_calls_and_answers_are_shown_without_content_query_and_credentials(
    system: System, admin: ApiUser, app: str
) -> None:
    failed = await a_corrected_appointment(system, admin, app)

    found = await timeline(admin, failed)

    first, last = (one["attempt"]["exchange"] for one in of("attempt", found))
    assert (first["method"], first["http_status"], last["http_status"]) == ("POST", 400, 200)
    assert first["sent_bytes"] > 100
    assert last["address"] == system.back_office(app)
    assert SECRET not in str([one for one in found if one["kind"] != "settings"])


@pytest.mark.usefixtures("retry")
async def test_a_viewer_sees_the_actions_of_users_and_nothing_of_the_audit(
    system: System, admin: ApiUser, app: str
) -> None:
    failed = await a_corrected_appointment(system, admin, app)
    viewer = await a_user(system, "viewer")
    await viewer.ask("POST", f"/deliveries/{failed['delivery_id']}/retry")

    theirs, admins = await timeline(viewer, failed), await timeline(admin, failed)

    assert {one["kind"] for one in theirs} == {
        "version",
        "attempt",
        "note",
        "settings",
        "operation",
    }
    assert of("operation", theirs)[0]["who"] == admin.name
    assert ("retry_delivery", viewer.name, 403) in {
        (one["action"], one["who"], one["outcome"]) for one in of("audit", admins)
    }


async def test_a_version_shows_the_fields_that_differ_from_the_one_before(
    system: System, admin: ApiUser, app: str
) -> None:
    await system.hook(app)
    snapshot = a_snapshot(source_app=app, Subject="Inspect")
    number = snapshot["Id"]
    await system.delivery(await system.change("create", snapshot), "Success")
    later = a_snapshot(2, source_app=app, Id=number, Subject="Inspect and clean")
    moved = await system.delivery(await system.change("update", later), "Success")

    found = of("version", await timeline(admin, moved))

    assert [one["action"] for one in found] == ["create", "update"]
    assert found[0]["changed"] == []
    assert "subject" in found[1]["changed"]
    assert "job_no" not in found[1]["changed"]


async def test_an_attempt_without_a_call_shows_no_exchange(
    system: System, admin: ApiUser, app: str
) -> None:
    await system.connector(source_app=app, uri=None)
    refused = await system.delivery(
        await system.change("create", a_snapshot(source_app=app)), "Invalid MBOC URI"
    )

    [attempt] = of("attempt", await timeline(admin, refused))

    assert attempt["attempt"]["exchange"] is None


async def test_an_unknown_appointment_has_no_timeline(admin: ApiUser) -> None:
    status, _ = await admin.ask("GET", "/timelines/demo/none")

    assert status == 404
