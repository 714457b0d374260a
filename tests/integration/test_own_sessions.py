"""The list of own sessions, their end, and the password again before sensitive acts."""

from __future__ import annotations

from typing import Any

import pytest

from portal_api.accounts.session import MAX_SESSIONS
from tests.support.api_user import ApiUser, a_name, a_user
from tests.support.authenticator import age_verification
from tests.support.system import System

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
OTHER = "other made-up words 5"
SENSITIVE: list[tuple[str, str, Any]] = [
    ("POST", "/api-keys", {"name": "nightly", "role": "viewer"}),
    ("DELETE", f"/api-keys/{'0' * 12}", None),
    ("POST", "/users", {"name": "nobody-yet", "role": "viewer", "password": OTHER}),
    ("PUT", "/users/nobody-yet", {"enabled": False}),
    ("POST", "/users/nobody-yet/password", {"password": OTHER}),
    ("DELETE", "/users/nobody-yet/second-factor", None),
    ("DELETE", "/users/nobody-yet/sessions", None),
    ("POST", "/session/second-factor", None),
    ("POST", "/session/second-factor/confirm", {"code": "123456"}),
    ("POST", "/session/second-factor/recovery-codes", None),
    ("POST", "/connectors", {"name": "Hook", "source_app": "nowhere"}),
    ("PUT", "/connectors/nothing", {"name": "Hook", "source_app": "nowhere", "version": 1}),
    ("POST", "/connectors/import", []),
    ("POST", "/connectors/nothing/take-over-names", None),
]


async def another_session(user: ApiUser, **headers: str) -> ApiUser:
    """Sign the user in with another browser."""
    other = ApiUser(user.system, user.name, user.password, headers=headers)
    assert (await other.sign_in())[0] == 200
    return other


async def is_signed_in(user: ApiUser) -> bool:
    """Whether the session of the user is valid."""
    return (await user.ask("GET", "/session"))[0] == 200


async def test_the_own_sessions_are_listed_with_browser_and_address(system: System) -> None:
    user = await a_user(system)
    other = await another_session(user, **{"User-Agent": FIREFOX})

    _, answer = await user.ask("GET", "/sessions")

    newest, oldest = answer["items"]
    assert (newest["browser"], newest["address"], newest["is_current"]) == (
        "Firefox on Windows",
        other.address,
        False,
    )
    assert oldest["is_current"]
    assert user.cookie not in str(answer)


async def test_one_session_is_ended_at_once(system: System) -> None:
    user = await a_user(system)
    other = await another_session(user)
    listed = (await user.ask("GET", "/sessions"))[1]["items"]
    [session_id] = [one["session_id"] for one in listed if not one["is_current"]]

    assert (await user.ask("DELETE", f"/sessions/{session_id}"))[0] == 204

    assert (await is_signed_in(other), await is_signed_in(user)) == (False, True)
    assert (await user.ask("DELETE", f"/sessions/{session_id}"))[0] == 404


async def test_a_session_of_another_account_cannot_be_ended(system: System) -> None:
    user, other = await a_user(system, "admin"), await a_user(system)
    [listed] = (await other.ask("GET", "/sessions"))[1]["items"]

    assert (await user.ask("DELETE", f"/sessions/{listed['session_id']}"))[0] == 404
    assert await is_signed_in(other)


async def test_signing_out_everywhere_ends_every_session(system: System) -> None:
    user = await a_user(system)
    other = await another_session(user)

    assert (await user.ask("DELETE", "/sessions"))[0] == 204

    assert (await is_signed_in(user), await is_signed_in(other)) == (False, False)


async def test_an_admin_ends_the_sessions_of_an_account(system: System) -> None:
    user, admin = await a_user(system), await a_user(system, "admin")

    assert (await admin.ask("DELETE", f"/users/{user.name}/sessions"))[0] == 204

    assert (await is_signed_in(user), await is_signed_in(admin)) == (False, True)
    assert (await admin.ask("DELETE", f"/users/{a_name()}/sessions"))[0] == 404


async def test_a_repeated_sign_in_ends_the_earlier_session_of_the_browser(system: System) -> None:
    user = await a_user(system)
    earlier = ApiUser(system, user.name, cookie=user.cookie)

    assert (await user.sign_in())[0] == 200

    assert (await is_signed_in(earlier), await is_signed_in(user)) == (False, True)


async def test_above_the_limit_the_oldest_session_ends(system: System) -> None:
    user = await a_user(system)
    others = [await another_session(user) for _ in range(MAX_SESSIONS)]

    assert not await is_signed_in(user)
    assert await is_signed_in(others[0])
    assert len((await others[-1].ask("GET", "/sessions"))[1]["items"]) == MAX_SESSIONS


@pytest.mark.parametrize(("method", "path", "body"), SENSITIVE)
async def test_a_sensitive_act_needs_a_recent_verification(
    system: System, method: str, path: str, body: Any
) -> None:
    admin = await a_user(system, "admin")
    await age_verification(admin)

    status, problem = await admin.ask(method, path, body)
    assert (status, problem["type"]) == (403, "urn:mboc:step:verification")

    proof = {"password": admin.password}
    assert (await admin.ask("POST", "/session/verification", proof))[0] == 204
    status, problem = await admin.ask(method, path, body)
    assert (problem or {}).get("type") != "urn:mboc:step:verification"


@pytest.mark.parametrize("step", ["disable", "enable", "test"])
async def test_stopping_and_testing_a_connector_needs_no_verification(
    system: System, step: str
) -> None:
    admin = await a_user(system, "admin")
    await age_verification(admin)

    assert (await admin.ask("POST", f"/connectors/nothing/{step}"))[0] == 404


async def test_a_wrong_verification_is_refused_and_counted(system: System) -> None:
    user = await a_user(system)
    await age_verification(user)
    guess = {"password": "not the walrus at all"}

    answers = [await user.ask("POST", "/session/verification", guess) for _ in range(6)]

    assert [status for status, _ in answers] == [422] * 5 + [429]
    assert answers[0][1]["errors"] == [{"field": "password", "message": "is not your password"}]
    assert (await ApiUser(system, user.name).sign_in())[0] == 200, "no other browser is locked"


async def test_a_script_with_a_key_needs_no_verification(system: System) -> None:
    status, _ = await system.api(
        "POST", "/users", json={"name": a_name(), "role": "viewer", "password": OTHER}
    )

    assert status == 201
    status, problem = await system.api(
        "POST", "/session/verification", json={"password": "not the walrus at all"}
    )
    assert (status, problem["detail"]) == (403, "An API key has no session: sign in")
