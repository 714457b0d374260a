"""Refused requests are visible in the audit, in the log and as a metric, and cannot fill them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pymongo import ASCENDING

from common.database import open_database
from tests.support.api_user import ApiUser, a_user, an_address, an_api_key
from tests.support.metrics import series_value
from tests.support.openapi import operations
from tests.support.system import API_KEY, System, until

STRANGERS = 2_000
ACTION = "import_connectors"


async def refused(system: System, reason: str, service: str = "portal-api") -> float:
    return await series_value(system, service, "mboc_portal_api_refused_total", reason=reason)


async def audit_of(system: System, **wanted: Any) -> list[dict[str, Any]]:
    """Return the stored entries with these fields, the oldest first."""
    database = open_database(system.mongodb_url, system.database)
    found = await database["audit"].find(wanted).sort("at", ASCENDING).to_list(None)
    database.client.close()
    return found


async def test_strangers_from_many_addresses_cannot_fill_the_audit(system: System) -> None:
    replica = await system.start("portal-api", "portal-api-flooded")
    before = await audit_of(system, action=ACTION)

    async def knock(number: int) -> None:
        address = f"2001:db8:{number:x}::1"
        user = ApiUser(system, address=address, service=replica.name)
        assert (await user.ask("POST", "/connectors/import", {}))[0] == 401

    for begin in range(0, STRANGERS, 100):
        await asyncio.gather(*(knock(begin + number) for number in range(100)))
    counted = await refused(system, "no credentials", replica.name)
    await system.stop(replica.name)

    new = (await audit_of(system, action=ACTION))[len(before) :]
    assert counted == STRANGERS
    assert len(new) <= 201
    assert sum(entry["count"] for entry in new) == STRANGERS
    assert new[-1]["address"] == "other addresses"


async def test_one_stranger_leaves_one_entry_for_each_action_and_the_count(
    system: System,
) -> None:
    replica = await system.start("portal-api", "portal-api-knocked")
    address = an_address()

    for target in range(42):
        stranger = ApiUser(system, address=address, service=replica.name)
        assert (await stranger.ask("PUT", f"/connectors/chosen{target}", {}))[0] == 401
    at_once = await audit_of(system, address=address)
    await system.stop(replica.name)

    entries = await audit_of(system, address=address)
    assert [(entry["count"], entry["target"]) for entry in at_once] == [(1, "")]
    assert [(entry["count"], entry["outcome"]) for entry in entries] == [(1, 401), (41, 401)]
    _, answer = await system.api("GET", "/audit", params={"action": "change_connector"})
    assert [one["count"] for one in answer["items"] if one["address"] == address] == [41, 1]


async def test_failed_sign_ins_and_bodies_that_are_refused_are_counted_too(system: System) -> None:
    replica = await system.start("portal-api", "portal-api-signed")
    user = await a_user(system, signed_in=False)
    user.service = replica.name

    await user.wrong(8)
    for body in ({}, {"name": "x" * 70_000, "password": "x"}) * 2:
        await user.ask("POST", "/session", body)
    await system.stop(replica.name)

    counts: dict[int, int] = {}
    for entry in await audit_of(system, address=user.address):
        counts[entry["outcome"]] = counts.get(entry["outcome"], 0) + entry["count"]
    assert counts == {401: 5, 429: 3, 422: 2, 413: 2}


async def test_refused_writes_of_one_account_are_counted_after_ten(system: System) -> None:
    replica = await system.start("portal-api", "portal-api-viewed")
    viewer = await a_user(system)
    viewer.service = replica.name

    for _ in range(30):
        assert (await viewer.ask("POST", "/connectors", {}))[0] == 403
    await system.stop(replica.name)

    entries = await audit_of(system, who=viewer.name, action="create_connector")
    assert [entry["count"] for entry in entries] == [1] * 10 + [20]


@pytest.mark.parametrize("path", ["/audit", "/users", "/users/export", "/audit/export"])
async def test_a_read_that_needs_a_higher_role_is_in_the_audit(system: System, path: str) -> None:
    viewer = await a_user(system)

    assert (await viewer.ask("GET", path))[0] == 403

    (entry,) = [
        entry
        for entry in await audit_of(system, who=viewer.name)
        if entry["action"] != "sign_in_with_password"
    ]
    assert (entry["outcome"], entry["address"]) == (403, viewer.address)


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"X-API-KEY": "not a key"}, "API key"),
        ({"X-API-KEY": "mboc_0123456789ab_" + "x" * 43}, "API key"),
        ({"Cookie": "__Host-mboc_session=made-up"}, "session"),
        ({}, "no credentials"),
    ],
)
async def test_a_refused_request_is_counted_by_reason(
    system: System, headers: dict[str, str], reason: str
) -> None:
    before = await refused(system, reason)

    assert (await ApiUser(system).ask("GET", "/deliveries", **headers))[0] == 401

    assert await refused(system, reason) == before + 1


async def test_a_wrong_key_is_in_the_log_with_its_address_and_without_the_key(
    system: System,
) -> None:
    stranger = ApiUser(system)
    wrong = "mboc_0123456789ab_" + "y" * 43

    for _ in range(20):
        await stranger.ask("GET", "/deliveries", **{"X-API-KEY": wrong})

    log = system.services["portal-api"].log.read_text()
    lines = [line for line in log.splitlines() if stranger.address in line]
    assert len(lines) == 1
    assert "API key" in lines[0]
    assert wrong not in log


async def test_many_wrong_keys_of_a_network_are_refused_as_too_many_and_a_right_key_is_not(
    system: System,
) -> None:
    key, _ = await an_api_key(system, "viewer")
    address = an_address()
    stranger = ApiUser(system, address=address)

    answers = [
        (await stranger.ask("GET", "/deliveries", **{"X-API-KEY": f"guess {number}"}))[0]
        for number in range(52)
    ]
    status, problem, headers = await stranger.asked("GET", "/deliveries", **{"X-API-KEY": "guess"})

    assert answers == [401] * 50 + [429] * 2
    assert (status, problem["detail"][:23]) == (429, "Too many wrong API keys")
    assert 800 < int(headers["Retry-After"]) <= 900
    for right in (key, API_KEY):
        assert (await stranger.ask("GET", "/deliveries", **{"X-API-KEY": right}))[0] == 200
    assert (await ApiUser(system).ask("GET", "/deliveries", **{"X-API-KEY": "x"}))[0] == 401


EXPORTS = [one.path for one in operations() if one.path.endswith("/export")]


@pytest.mark.parametrize("path", EXPORTS)
async def test_an_export_is_in_the_audit_with_its_filter_and_rows(
    system: System, path: str
) -> None:
    key, made = await an_api_key(system, "admin")
    user = ApiUser(system)

    status, text = await user.ask("GET", f"{path}?format=jsonl", **{"X-API-KEY": key})

    assert status == 200

    async def ended() -> list[dict[str, Any]]:
        found = await audit_of(system, via=f"API key {made['api_key_id']}")
        return found if len(found) == 2 else []

    begun, finished = await until(ended, "the end of the export in the audit")
    rows = len((text or "").splitlines())
    assert begun["outcome"] is None
    assert (finished["outcome"], finished["address"]) == (200, user.address)
    assert begun["after"] == '{"query": {"format": "jsonl"}}'
    assert finished["after"] == (
        f'{{"query": {{"format": "jsonl"}}, "rows": {rows}, "complete": true}}'
    )


def test_every_list_with_an_export_is_in_the_test() -> None:
    assert len(EXPORTS) == 6
