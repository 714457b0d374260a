"""A password that another person chose must be changed, and its owner is told of resets."""

from __future__ import annotations

import pytest

from tests.support.api_user import ApiUser, a_name, a_user
from tests.support.authenticator import age_verification, enrol
from tests.support.system import ADMIN, ADMIN_PASSWORD, System

FIRST = "first made-up words 7"
OTHER = "other made-up words 5"


async def a_new_account(system: System, role: str = "admin") -> ApiUser:
    """A user whose password an administrator chose, signed in."""
    user = ApiUser(system, a_name(), FIRST)
    status, answer = await system.api(
        "POST", "/users", json={"name": user.name, "role": role, "password": FIRST}
    )
    assert (status, answer["must_change_password"]) == (201, True)
    assert (await user.sign_in())[1]["restriction"] == "password"
    return user


async def own_key(user: ApiUser) -> str:
    """Create an API key as a user of the website."""
    status, answer = await user.ask("POST", "/api-keys", {"name": "nightly", "role": "viewer"})
    assert status == 201, answer
    return str(answer["key"])


async def is_accepted(system: System, key: str) -> bool:
    """Whether the API accepts the key."""
    return (await ApiUser(system).ask("GET", "/session", **{"X-API-KEY": key}))[0] == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/deliveries"),
        ("GET", "/events"),
        ("GET", "/sessions"),
        ("POST", "/users"),
        ("POST", "/api-keys"),
        ("PUT", "/session/preferences"),
        ("POST", "/session/second-factor"),
        ("DELETE", "/session/notices"),
    ],
)
async def test_with_a_first_password_a_session_does_nothing_else(
    system: System, method: str, path: str
) -> None:
    user = await a_new_account(system)

    status, problem = await user.ask(method, path, {})

    assert (status, problem["type"]) == (403, "urn:mboc:step:password")


async def test_after_the_change_the_same_session_does_everything(system: System) -> None:
    user = await a_new_account(system)

    assert (await user.ask("PUT", "/session/password", {"old": FIRST, "new": OTHER}))[0] == 204

    assert (await user.ask("GET", "/session"))[1]["restriction"] is None
    assert (await user.ask("GET", "/users"))[0] == 200
    again = ApiUser(system, user.name)
    assert (await again.sign_in(OTHER))[1]["restriction"] is None


async def test_the_first_password_cannot_be_kept(system: System) -> None:
    user = await a_new_account(system)

    status, problem = await user.ask("PUT", "/session/password", {"old": FIRST, "new": FIRST})

    assert (status, problem["errors"]) == (
        422,
        [{"field": "new", "message": "must differ from the current password"}],
    )


async def test_a_restricted_session_can_be_left(system: System) -> None:
    user = await a_new_account(system)

    assert (await user.ask("DELETE", "/session"))[0] == 204


async def test_the_password_of_the_setting_must_be_changed(system: System) -> None:
    user = ApiUser(system, ADMIN, ADMIN_PASSWORD)

    status, answer = await user.sign_in()

    assert (status, answer["restriction"]) == (200, "password")


async def test_a_reset_revokes_the_keys_ends_the_sessions_and_tells_the_owner(
    system: System,
) -> None:
    owner, admin = await a_user(system), await a_user(system, "admin")
    key = await own_key(owner)

    assert (await admin.ask("POST", f"/users/{owner.name}/password", {"password": FIRST}))[0] == 204

    assert not await is_accepted(system, key)
    assert (await owner.ask("GET", "/session"))[0] == 401
    _, answer = await owner.sign_in(FIRST)
    assert (answer["restriction"], [(one["kind"], one["by"]) for one in answer["notices"]]) == (
        "password",
        [("password_reset", admin.name)],
    )
    _, lines = await system.api(
        "GET", "/audit", params={"action": "reset_password", "target": owner.name}
    )
    assert lines["items"][0]["after"] == {"revoked_api_keys": 1}


@pytest.mark.parametrize(
    ("chosen", "is_revoked"),
    [({}, True), ({"revoke_api_keys": True}, True), ({"revoke_api_keys": False}, False)],
)
async def test_ones_own_change_revokes_the_keys_unless_they_are_kept(
    system: System, chosen: dict[str, bool], *, is_revoked: bool
) -> None:
    user = await a_user(system)
    key = await own_key(user)
    change = {"old": user.password, "new": OTHER} | chosen

    assert (await user.ask("PUT", "/session/password", change))[0] == 204

    assert await is_accepted(system, key) is not is_revoked


async def test_failed_sign_ins_are_told_at_the_next_one(system: System) -> None:
    user = await a_user(system, signed_in=False)
    await user.wrong(3)

    _, answer = await user.sign_in()

    assert [(one["kind"], one["count"]) for one in answer["notices"]] == [("failed_sign_ins", 3)]
    assert (await user.ask("DELETE", "/session/notices"))[0] == 204
    assert (await user.sign_in())[1]["notices"] == []


async def test_with_a_second_factor_a_password_changes_after_a_recent_verification_only(
    system: System,
) -> None:
    user = await a_user(system)
    await enrol(user)
    await age_verification(user)

    change = {"old": user.password, "new": OTHER}
    status, problem = await user.ask("PUT", "/session/password", change)

    assert (status, problem["type"]) == (403, "urn:mboc:step:verification")
