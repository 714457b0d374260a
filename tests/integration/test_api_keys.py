"""API keys, with which scripts authenticate."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common.database import open_database
from portal_api.accounts.api_key import MAX_API_KEYS
from tests.support.api_user import ApiUser, a_user, an_api_key
from tests.support.system import API_KEY, System, until

NOBODYS = f"mboc_{'0' * 12}_{'A' * 43}"


async def with_key(
    system: System, key: str, method: str = "GET", path: str = "/session", body: Any = None
) -> tuple[int, Any]:
    """Send a request as a script does."""
    return await ApiUser(system).ask(method, path, body, **{"X-API-KEY": key})


async def own_key(user: ApiUser, role: str = "viewer", **fields: Any) -> dict[str, Any]:
    """Create an API key as a user of the website."""
    status, answer = await user.ask("POST", "/api-keys", {"name": "nightly", "role": role} | fields)
    assert status == 201, answer
    made: dict[str, Any] = answer
    return made


async def test_a_key_acts_for_its_owner_and_needs_no_second_token(system: System) -> None:
    user = await a_user(system, "admin")
    made = await own_key(user, "operator")

    status, answer = await with_key(system, made["key"])

    assert (status, answer["name"], answer["role"], answer["csrf_token"]) == (
        200,
        user.name,
        "operator",
        None,
    )
    assert (
        await with_key(
            system, made["key"], "PUT", f"/causes/{uuid.uuid4().hex[:16]}/note", {"text": ""}
        )
    )[0] == 200


async def test_a_key_is_shown_once_and_stored_as_a_hash(system: System) -> None:
    user = await a_user(system)
    made = await own_key(user)

    listed = (await user.ask("GET", "/api-keys"))[1]["items"]

    assert listed == [{name: value for name, value in made.items() if name != "key"}]
    kept = await open_database(system.mongodb_url, system.database)["api_keys"].find_one(
        {"_id": made["api_key_id"]}
    )
    assert made["key"][18:] not in str(kept)


async def test_a_revoked_key_is_refused_at_once(system: System) -> None:
    user = await a_user(system)
    made = await own_key(user)

    assert (await user.ask("DELETE", f"/api-keys/{made['api_key_id']}"))[0] == 204

    assert (await with_key(system, made["key"]))[0] == 401
    assert (await user.ask("DELETE", f"/api-keys/{made['api_key_id']}"))[0] == 404


async def test_an_expired_key_is_refused(system: System) -> None:
    user = await a_user(system)
    made = await own_key(user, expires_at=(datetime.now(UTC) + timedelta(seconds=1)).isoformat())

    async def is_expired() -> bool:
        return (await with_key(system, made["key"]))[0] == 401

    await until(is_expired, "the key to expire")


async def test_a_key_cannot_be_expired_from_the_beginning(system: System) -> None:
    status, problem = await system.api(
        "POST",
        "/api-keys",
        json={"name": "late", "role": "viewer", "expires_at": "2020-01-01T00:00:00Z"},
    )

    assert (status, problem["errors"]) == (
        422,
        [{"field": "expires_at", "message": "must be in the future"}],
    )


def days_left(key: dict[str, Any]) -> float:
    """Return the days until the end of a key."""
    return (datetime.fromisoformat(key["expires_at"]) - datetime.now(UTC)) / timedelta(days=1)


async def test_a_key_ends_after_ninety_days_unless_its_end_is_chosen(system: System) -> None:
    user = await a_user(system)

    made = await own_key(user)

    assert 89 < days_left(made) <= 90


async def test_only_admins_create_keys_without_an_end(system: System) -> None:
    operator, admin = await a_user(system, "operator"), await a_user(system, "admin")
    endless = {"name": "endless", "role": "viewer", "expires_at": None}
    late = endless | {"expires_at": (datetime.now(UTC) + timedelta(days=400)).isoformat()}

    for body in (endless, late):
        status, problem = await operator.ask("POST", "/api-keys", body)
        assert (status, problem["errors"][0]["field"]) == (422, "expires_at")

    assert (await own_key(admin, expires_at=None))["expires_at"] is None
    assert days_left(await own_key(admin, expires_at=late["expires_at"])) > 390


async def test_a_key_creates_no_key_that_outlives_it(system: System) -> None:
    admin = await a_user(system, "admin")
    end = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    made = await own_key(admin, "admin", expires_at=end)
    later = (datetime.now(UTC) + timedelta(days=31)).isoformat()
    new = {"name": "next", "role": "viewer"}

    status, successor = await with_key(system, made["key"], "POST", "/api-keys", new)
    refused = [
        await with_key(system, made["key"], "POST", "/api-keys", new | {"expires_at": end})
        for end in (later, None)
    ]

    assert (status, successor["expires_at"]) == (201, made["expires_at"])
    assert [(status, problem["errors"][0]["field"]) for status, problem in refused] == [
        (422, "expires_at")
    ] * 2


async def test_an_account_has_fifty_keys_at_most(system: System) -> None:
    user = await a_user(system)
    keys = [await own_key(user) for _ in range(MAX_API_KEYS - 1)]

    answers = await asyncio.gather(
        *(user.ask("POST", "/api-keys", {"name": "more", "role": "viewer"}) for _ in range(5))
    )

    assert {status for status, _ in answers} <= {201, 409}
    listed = (await user.ask("GET", "/api-keys?limit=200"))[1]["items"]
    assert len(listed) <= MAX_API_KEYS
    assert (await user.ask("DELETE", f"/api-keys/{keys[0]['api_key_id']}"))[0] == 204


@pytest.mark.parametrize(
    "moment", ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", 4, "2030-01-01T00:00:00"]
)
async def test_an_invalid_moment_is_refused(system: System, moment: object) -> None:
    answers = [
        await system.api(
            "POST", "/api-keys", json={"name": "odd", "role": "viewer", "expires_at": moment}
        ),
        await system.api("GET", "/audit", params={"at_from": str(moment)}),
        await system.api("GET", "/deliveries", params={"received_from": str(moment)}),
    ]

    assert [(status, problem["errors"][0]["field"]) for status, problem in answers] == [
        (422, "expires_at"),
        (422, "at_from"),
        (422, "received_from"),
    ]


async def test_a_key_has_at_most_its_makers_role(system: System) -> None:
    user = await a_user(system, "operator")

    assert (await user.ask("POST", "/api-keys", {"name": "more", "role": "admin"}))[0] == 403
    assert (await own_key(user, "operator"))["role"] == "operator"


async def test_a_key_never_has_more_than_its_owners_current_role(system: System) -> None:
    user = await a_user(system, "admin")
    made = await own_key(user, "admin")

    await system.api("PUT", f"/users/{user.name}", json={"role": "viewer"})
    assert (await with_key(system, made["key"]))[1]["role"] == "viewer"

    await system.api("PUT", f"/users/{user.name}", json={"enabled": False})
    assert (await with_key(system, made["key"]))[0] == 401


async def test_a_key_below_admin_creates_and_revokes_no_key(system: System) -> None:
    user = await a_user(system, "admin")
    made, other = await own_key(user, "operator"), await own_key(user, "admin")

    assert (
        await with_key(system, made["key"], "POST", "/api-keys", {"name": "next", "role": "viewer"})
    )[0] == 403
    assert (await with_key(system, made["key"], "DELETE", f"/api-keys/{other['api_key_id']}"))[
        0
    ] == 403
    assert (await with_key(system, other["key"]))[0] == 200


async def test_only_admins_manage_the_keys_of_others(system: System) -> None:
    owner, other, admin = (
        await a_user(system),
        await a_user(system, "operator"),
        await a_user(system, "admin"),
    )
    made = await own_key(owner)

    assert (await other.ask("GET", "/api-keys"))[1]["items"] == []
    assert (await other.ask("DELETE", f"/api-keys/{made['api_key_id']}"))[0] == 404
    assert made["api_key_id"] in {
        key["api_key_id"] for key in (await admin.ask("GET", "/api-keys"))[1]["items"]
    }
    assert (await admin.ask("DELETE", f"/api-keys/{made['api_key_id']}"))[0] == 204


async def test_the_last_use_is_stored_but_not_at_every_use(system: System) -> None:
    user = await a_user(system)
    made = await own_key(user)

    used = []
    for _ in range(3):
        await with_key(system, made["key"])
        used.append((await user.ask("GET", "/api-keys"))[1]["items"][0]["used_at"])

    assert used[0] is not None
    assert len(set(used)) == 1


@pytest.mark.parametrize("key", ["wrong", NOBODYS, "mboc_", "ü", API_KEY.upper()])
async def test_a_wrong_key_is_refused(system: System, key: str) -> None:
    assert (await with_key(system, key.encode().decode("latin-1")))[0] == 401


async def test_a_right_id_with_a_wrong_secret_is_refused(system: System) -> None:
    key, _ = await an_api_key(system, "viewer")

    assert (await with_key(system, key[:-1] + ("A" if key[-1] != "A" else "B")))[0] == 401


async def test_the_settings_key_is_an_admins(system: System) -> None:
    status, answer = await with_key(system, API_KEY)

    assert (status, answer["name"], answer["role"]) == (200, "PORTAL_API_KEY", "admin")
