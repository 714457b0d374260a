"""Every change of a connector is a version with time, user and fields, and without secrets."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.support.api_user import ApiUser, a_user
from tests.support.builders import as_entered
from tests.support.system import System

SECRET = "made-up-lantern-secret"


@pytest.fixture
async def admin(system: System) -> ApiUser:
    return await a_user(system, "admin")


async def changed(admin: ApiUser, connector_id: str, **fields: Any) -> tuple[int, Any]:
    _, before = await admin.ask("GET", f"/connectors/{connector_id}")
    return await admin.ask("PUT", f"/connectors/{connector_id}", as_entered(before, **fields))


async def versions(who: ApiUser, connector_id: str, query: str = "") -> Any:
    status, page = await who.ask("GET", f"/connectors/{connector_id}/versions{query}")
    assert status == 200, page
    return page


async def test_versions_are_listed_newest_first_with_time_user_and_fields(
    system: System, admin: ApiUser, app: str
) -> None:
    connector_id = await system.connector(
        source_app=app, name=app, uri=system.back_office(app), password=SECRET
    )
    await changed(
        admin, connector_id, uri="https://hooks.cronus.example/", limits={"calls_in_flight": 3}
    )
    await changed(
        admin,
        connector_id,
        password=f"{SECRET}2",
        authentication={"type": "Basic", "login": "DIME"},
    )
    await admin.ask("POST", f"/connectors/{connector_id}/disable")

    page = await versions(await a_user(system, "viewer"), connector_id)

    assert [(one["version"], one["modified_by"]) for one in page["items"]][:3] == [
        (4, admin.name),
        (3, admin.name),
        (2, admin.name),
    ]
    assert [one["changed"] for one in page["items"]] == [
        ["enabled"],
        ["authentication.type", "authentication.login", "secrets.password"],
        ["uri", "limits.calls_in_flight"],
        [],
    ]
    assert [one["secrets_entered"] for one in page["items"]] == [
        {"password": 3},
        {"password": 3},
        {"password": 1},
        {"password": 1},
    ]
    assert SECRET not in str(page)
    assert page["next"] is None


async def test_versions_are_paged_by_key_and_each_shows_its_difference(
    system: System, admin: ApiUser, app: str
) -> None:
    connector_id = await system.connector(source_app=app, name=app, uri=system.back_office(app))
    for number in range(4):
        await changed(admin, connector_id, description=f"change {number}")

    first = await versions(admin, connector_id, "?limit=2")
    second = await versions(admin, connector_id, f"?limit=2&after={first['next']}")
    third = await versions(admin, connector_id, f"?limit=2&after={second['next']}")

    assert [[one["version"] for one in page["items"]] for page in (first, second, third)] == [
        [5, 4],
        [3, 2],
        [1],
    ]
    assert all(
        one["changed"] == ["description"] for page in (first, second) for one in page["items"]
    )
    assert third["next"] is None


async def test_of_two_changes_of_the_same_version_only_one_succeeds(
    system: System, admin: ApiUser, app: str
) -> None:
    connector_id = await system.connector(source_app=app, name=app, uri=system.back_office(app))

    answers = await asyncio.gather(
        *(changed(admin, connector_id, description=f"of {number}") for number in range(6))
    )

    won = [answer for status, answer in answers if status == 200]
    kept = {
        one["version"]: one["description"] for one in (await versions(admin, connector_id))["items"]
    }
    assert {one["version"]: one["description"] for one in won}.items() <= kept.items()
    assert len(kept) == len(won) + 1


async def test_an_unknown_connector_has_no_versions(admin: ApiUser) -> None:
    status, _ = await admin.ask("GET", "/connectors/none/versions")

    assert status == 404


async def test_a_disabled_connector_keeps_its_partitions(
    system: System, admin: ApiUser, app: str
) -> None:
    connector_id = await system.connector(
        source_app=app,
        name=app,
        uri=system.back_office(app),
        limits={"calls_in_flight": 4, "partitions": 4},
        sends_missing_create=False,
    )
    await changed(admin, connector_id, limits={"calls_in_flight": 4, "partitions": 2})

    status, disabled = await admin.ask("POST", f"/connectors/{connector_id}/disable")

    assert status == 200, disabled
    assert (disabled["limits"]["partitions"], disabled["sends_missing_create"]) == (2, False)
    page = await versions(admin, connector_id)
    assert [one["changed"] for one in page["items"]] == [["enabled"], ["limits.partitions"], []]
