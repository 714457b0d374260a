"""The audit records every write, successful or refused, with user, time, address, before and
after.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal_api.accounts.audit_entry import AuditEntry
from portal_api.schemas.paging import Page
from portal_api.store.audit import Audit
from tests.support.api_user import PASSWORD, ApiUser, a_name, a_user, an_api_key
from tests.support.database import Database
from tests.support.openapi import Operation, writes
from tests.support.system import System


async def entries(system: System, **filters: str) -> list[dict[str, Any]]:
    """Return the audit entries that match, the newest first."""
    status, answer = await system.api("GET", "/audit", params=filters)
    assert status == 200, answer
    found: list[dict[str, Any]] = answer["items"]
    return found


@pytest.mark.parametrize("operation", writes(), ids=str)
async def test_every_write_is_in_the_audit_with_its_outcome(
    system: System, operation: Operation
) -> None:
    key, made = await an_api_key(system, "admin")
    user = ApiUser(system)

    for headers, who, via in (
        ({"X-API-KEY": key}, made["owner"], f"API key {made['api_key_id']}"),
        ({}, "", ""),
    ):
        status, _ = await user.ask(operation.method, operation.path, {}, **headers)

        entry = (await entries(system, action=operation.action))[0]
        assert {
            "who": who,
            "via": via,
            "address": user.address,
            "outcome": status,
        }.items() <= entry.items()


@pytest.mark.parametrize("body", [b"{", b"", b'{"name": "\xff"}'])
async def test_a_write_with_an_unreadable_body_is_in_the_audit_too(
    system: System, body: bytes
) -> None:
    key, made = await an_api_key(system, "admin")
    url, headers = (
        f"{system.services['portal-api'].url}/api/users",
        {"X-API-KEY": key, "Content-Type": "application/json"},
    )

    async with system.http.post(url, data=body, headers=headers) as answer:
        status = answer.status

    assert status in {400, 422}
    newest = (await entries(system, action="create_user"))[0]
    assert (newest["via"], newest["outcome"]) == (f"API key {made['api_key_id']}", status)


async def test_a_change_of_a_connector_shows_before_and_after_without_secrets(
    system: System,
) -> None:
    admin, name, secret = await a_user(system, "admin"), a_name(), f"made-up-{uuid.uuid4().hex}"
    began = datetime.now(UTC)
    _, connector = await admin.ask(
        "POST",
        "/connectors",
        {"name": name, "source_app": name, "system": "Webhook", "password": secret},
    )
    path = f"/connectors/{connector['connector_id']}"

    await admin.ask(
        "PUT",
        path,
        {
            "name": name,
            "source_app": name,
            "system": "Webhook",
            "uri": "http://hook.example/",
            "version": 1,
            "password": secret,
        },
    )
    await admin.ask("POST", f"{path}/disable")
    await admin.ask("POST", f"{path}/enable")

    told = await entries(system, target=connector["connector_id"])
    assert [entry["action"] for entry in told] == [
        "enable_connector",
        "disable_connector",
        "change_connector",
        "create_connector",
    ]
    assert {(entry["who"], entry["role"], entry["via"], entry["address"]) for entry in told} == {
        (admin.name, "admin", "session", admin.address)
    }
    change = told[2]
    assert (
        change["before"]["uri"],
        change["after"]["uri"],
        change["after"]["secrets_entered"],
    ) == (None, "http://hook.example/", ["password"])
    assert [(entry["before"]["enabled"], entry["after"]["enabled"]) for entry in told[:2]] == [
        (False, True),
        (True, False),
    ]
    assert all(
        began - timedelta(seconds=1) <= datetime.fromisoformat(entry["at"]) <= datetime.now(UTC)
        for entry in told
    )
    assert secret not in json.dumps(told)


async def test_imports_and_notes_are_in_the_audit(system: System) -> None:
    name, cause = a_name(), uuid.uuid4().hex[:16]
    await system.api("POST", "/connectors/import", json=[{"name": name, "source_app": name}])
    for text in ("first", "second", ""):
        await system.api("PUT", f"/causes/{cause}/note", json={"text": text})

    rows = [
        row
        for entry in await entries(system, action="import_connectors")
        if entry["after"]
        for row in entry["after"]["rows"]
        if row["name"] == name
    ]
    notes = [(entry["before"], entry["after"]) for entry in await entries(system, target=cause)]

    assert [row["result"] for row in rows] == ["create"]
    assert notes == [("second", None), ("first", "second"), (None, "first")]


async def test_changes_of_accounts_are_in_the_audit_without_passwords(system: System) -> None:
    user = await a_user(system)
    await user.ask(
        "PUT", "/session/password", {"old": user.password, "new": "other made-up words 5"}
    )
    await system.api(
        "POST", f"/users/{user.name}/password", json={"password": "third made-up words 9"}
    )
    await system.api("PUT", f"/users/{user.name}", json={"role": "operator"})

    told = await entries(system, target=user.name)

    assert [entry["action"] for entry in told] == [
        "change_user",
        "reset_password",
        "change_own_password",
        "sign_in_with_password",
        "create_user",
    ]
    assert (told[0]["before"]["role"], told[0]["after"]["role"]) == ("viewer", "operator")
    assert not [
        words
        for words in (PASSWORD, "made-up words", "argon2", user.cookie, user.csrf_token)
        if words in json.dumps(told)
    ]


async def test_failed_sign_ins_are_in_the_audit_without_the_typed_name(
    system: System,
) -> None:
    known_user, unknown_user = await a_user(system, signed_in=False), ApiUser(system)
    await known_user.wrong()
    unknown_user.name = f"my-secret-{uuid.uuid4().hex[:8]}"
    await unknown_user.wrong()

    known = (await entries(system, target=known_user.name))[0]
    unknown = [
        entry
        for entry in await entries(system, target="(unknown name)")
        if entry["address"] == unknown_user.address
    ]

    assert (known["action"], known["who"], known["outcome"], known["address"]) == (
        "sign_in_with_password",
        "",
        401,
        known_user.address,
    )
    assert [entry["outcome"] for entry in unknown] == [401]
    assert not await entries(system, target=unknown_user.name)


async def test_a_refused_write_names_the_refused_user(system: System) -> None:
    user = await a_user(system, "viewer")
    for headers in ({}, {"X-CSRF-Token": ""}):
        await user.ask("POST", "/connectors", {}, **headers)

    told = await entries(system, who=user.name, action="create_connector")

    assert [(entry["outcome"], entry["role"]) for entry in told] == [(403, "viewer")] * 2


async def test_the_list_is_read_in_pages_and_by_time(system: System) -> None:
    user = await a_user(system)
    for size in range(5):
        await user.ask("PUT", "/session/preferences", {"size": size})
    query: dict[str, str] = {"who": user.name, "limit": "2"}
    found: list[dict[str, Any]] = []

    while True:
        _, page = await system.api("GET", "/audit", params=query)
        found += page["items"]
        if page["next"] is None:
            break
        query["after"] = page["next"]

    assert [entry["action"] for entry in found] == ["change_preferences"] * 5 + [
        "sign_in_with_password"
    ]
    at = [entry["at"] for entry in found]
    assert at == sorted(at, reverse=True)
    assert len(await entries(system, who=user.name, at_from=at[2])) == 3
    assert len(await entries(system, who=user.name, at_to=at[2])) == 3


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("203.0.113.9, 198.51.100.7", "198.51.100.7"),
        ("nonsense", "127.0.0.1"),
    ],
)
async def test_the_address_is_the_nearest_that_is_no_proxy_of_ours(
    system: System, forwarded: str, address: str
) -> None:
    key, made = await an_api_key(system, "admin")

    await ApiUser(system, address=forwarded).ask("POST", "/users", {}, **{"X-API-KEY": key})

    told = [
        entry
        for entry in await entries(system, action="create_user")
        if entry["via"] == f"API key {made['api_key_id']}"
    ]
    assert [entry["address"] for entry in told] == [address]


async def test_no_other_header_and_no_further_line_chooses_the_address(system: System) -> None:
    key, made = await an_api_key(system, "admin")
    url = f"{system.services['portal-api'].url}/api/users"
    headers = [
        ("X-API-KEY", key),
        ("X-Forwarded-For", "192.0.2.1"),
        ("X-Forwarded-For", "198.51.100.7"),
        ("X-Real-IP", "192.0.2.2"),
        ("Forwarded", "for=192.0.2.3"),
        ("True-Client-IP", "192.0.2.4"),
    ]

    async with system.http.post(url, json={}, headers=headers) as answer:
        assert answer.status == 422

    told = [
        entry["address"]
        for entry in await entries(system, action="create_user")
        if entry["via"] == f"API key {made['api_key_id']}"
    ]
    assert told == ["198.51.100.7"]


async def test_a_write_that_was_cut_off_is_in_the_audit_without_an_outcome(
    database: Database,
) -> None:
    audit = Audit(database)
    entry = AuditEntry(action="create_user", address="203.0.113.9", who="admin1", target="user1")
    page = Page("at", is_descending=True, limit=2, after=None)

    await audit.begin(entry)

    assert [one["outcome"] for one in (await audit.page({}, page))[0]] == [None]
    assert [one["outcome"] for one in await audit.about(["user1"])] == [None]


async def test_a_write_is_one_entry_on_every_page(database: Database) -> None:
    audit = Audit(database)
    for number in range(5):
        entry = AuditEntry(action="create_user", address="203.0.113.9", who="admin1")
        if number:
            await audit.begin(entry)
        entry.target, entry.outcome = f"user{number}", 201
        await audit.finish(entry)
    page: Page | None = Page("target", is_descending=False, limit=2, after=None, ties="at")
    found: list[dict[str, Any]] = []

    while page:
        entries_of_page, after = await audit.page({}, page)
        found += entries_of_page
        page = replace(page, after=after) if after else None

    assert [(one["target"], one["outcome"]) for one in found] == [
        (f"user{number}", 201) for number in range(5)
    ]
    assert len({one["audit_id"] for one in found}) == 5
    assert [one["target"] for one in await audit.about(["user3", "user4"])] == ["user4", "user3"]
