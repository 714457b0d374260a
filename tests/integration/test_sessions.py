"""Signing in and out, the lifetime of a cookie, and the limits of another site's page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.support.api_user import ApiUser, a_name, a_user
from tests.support.system import System, until


async def test_local_forms_accounts_secure_the_system(system: System) -> None:
    user = await a_user(system, "admin", signed_in=False)

    assert (await user.ask("GET", "/deliveries"))[0] == 401
    status, answer = await user.sign_in()

    assert (status, answer["name"], answer["role"], answer["preferences"]) == (
        200,
        user.name,
        "admin",
        {},
    )
    assert (await user.ask("GET", "/deliveries"))[0] == 200
    assert (await user.ask("GET", "/session"))[1] == answer


async def test_the_cookie_is_out_of_reach_of_scripts_other_sites_and_plain_http(
    system: System,
) -> None:
    user = await a_user(system, signed_in=False)

    _, _, headers = await user.asked(
        "POST", "/session", {"name": user.name, "password": user.password}
    )

    attributes = {part.strip().lower() for part in headers["Set-Cookie"].split(";")[1:]}
    assert attributes == {"httponly", "samesite=strict", "secure", "path=/"}
    assert headers["Cache-Control"] == "no-store"


async def test_capitals_in_a_name_make_no_difference(system: System) -> None:
    user = await a_user(system, signed_in=False)
    user.name = user.name.upper()

    assert (await user.sign_in())[0] == 200


async def test_a_stolen_cookie_dies_at_sign_out(system: System) -> None:
    user = await a_user(system)
    thief = ApiUser(system, user.name, cookie=user.cookie, csrf_token=user.csrf_token)
    assert (await thief.ask("GET", "/deliveries"))[0] == 200

    assert (await user.ask("DELETE", "/session"))[0] == 204

    assert (await thief.ask("GET", "/deliveries"))[0] == 401
    assert (await thief.ask("PUT", "/session/preferences", {}))[0] == 401


async def test_no_stored_value_opens_a_session(system: System) -> None:
    user = await a_user(system)
    from common.database import open_database  # noqa: PLC0415 - for this test alone

    database = open_database(system.mongodb_url, system.database)
    kept = [str(document) async for document in database["sessions"].find({"name": user.name})]
    kept += [str(document) async for document in database["users"].find({"_id": user.name})]

    assert len(kept) == 2
    assert not [
        text
        for text in kept
        if user.cookie in text or user.csrf_token in text or user.password in text
    ]


@pytest.mark.parametrize(
    "headers",
    [
        {"X-CSRF-Token": ""},
        {"X-CSRF-Token": "0" * 64},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
    ],
)
async def test_a_write_that_another_site_could_send_is_refused_and_not_carried_out(
    system: System, headers: dict[str, str]
) -> None:
    admin, name = await a_user(system, "admin"), a_name()
    fields = {"name": name, "source_app": name, "system": "Webhook"}

    assert (await admin.ask("POST", "/connectors", fields, **headers))[0] == 403

    assert name not in {
        connector["name"] for connector in (await admin.ask("GET", "/connectors"))[1]["items"]
    }


async def test_the_token_of_another_session_is_refused(system: System) -> None:
    one, other = await a_user(system), await a_user(system)

    assert (await one.ask("PUT", "/session/preferences", {}, **{"X-CSRF-Token": other.csrf_token}))[
        0
    ] == 403


async def test_our_own_page_may_write(system: System) -> None:
    user = await a_user(system)
    host = system.services["portal-api"].url

    assert (
        await user.ask(
            "PUT",
            "/session/preferences",
            {"dark": True},
            Origin=host,
            **{"Sec-Fetch-Site": "same-origin"},
        )
    ) == (200, {"dark": True})
    assert (await user.ask("PUT", "/session/preferences", {"dark": False}, Origin=host))[0] == 200


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}]
)
async def test_another_site_cannot_sign_a_browser_in(
    system: System, headers: dict[str, str]
) -> None:
    user = await a_user(system, signed_in=False)

    assert (await user.sign_in(**headers))[0] == 403
    assert user.cookie == ""


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded"])
async def test_a_form_of_another_site_is_no_sign_in(system: System, kind: str) -> None:
    user = await a_user(system, signed_in=False)

    status, _ = await user.sign_in(**{"Content-Type": kind})

    assert (status, user.cookie) == (422, "")


async def test_a_session_ends_in_spite_of_use_when_its_time_is_over(system: System) -> None:
    await system.start("portal-api", "portal-api-short", PORTAL_API_SESSION_S="1")
    user = await a_user(system, signed_in=False, service="portal-api-short")
    assert (await user.sign_in())[0] == 200

    async def is_over() -> bool:
        return (await user.ask("GET", "/session"))[0] == 401

    await until(is_over, "the session to end")
    await system.stop("portal-api-short")


async def test_preferences_stay_with_the_account(system: System) -> None:
    user = await a_user(system)
    preferences = {"columns": ["status", "subject"], "size": 2**80, "dünn": None}

    assert await user.ask("PUT", "/session/preferences", preferences) == (200, preferences)

    elsewhere = ApiUser(system, user.name)
    assert (await elsewhere.sign_in())[1]["preferences"] == preferences


@pytest.mark.parametrize(
    "body",
    [
        {"x": "y" * 9_000},
        {"x": [[[[[[[[[[[1]]]]]]]]]]]},
        {"x": float("nan")},
        ["list"],
        "text",
        None,
    ],
)
async def test_preferences_over_the_size_limit_are_refused(system: System, body: object) -> None:
    user = await a_user(system)

    status, answer = await user.ask("PUT", "/session/preferences", body)

    assert (status, answer["status"]) == (422, 422)
    assert (await user.ask("GET", "/session"))[1]["preferences"] == {}


@pytest.mark.parametrize(
    "body",
    [
        b'{"name": "\\ud800", "password": "x"}',
        b'{"name": "x", "password": "\\ud800"}',
        b'{"name": "x", "password": ""}',
        b"[1]",
    ],
)
async def test_a_sign_in_with_invalid_types_is_refused(system: System, body: bytes) -> None:
    url, headers = (
        f"{system.services['portal-api'].url}/api/session",
        {"Content-Type": "application/json"},
    )

    async with system.http.post(url, data=body, headers=headers) as answer:
        assert (answer.status, (await answer.json(content_type=None))["status"]) == (422, 422)


@pytest.mark.parametrize("is_chunked", [False, True])
async def test_a_body_without_a_session_is_limited(system: System, *, is_chunked: bool) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 10_000

    url, headers = (
        f"{system.services['portal-api'].url}/api/session",
        {"Content-Type": "application/json"},
    )

    async with system.http.post(
        url, data=pieces() if is_chunked else b"x" * 200_000, headers=headers
    ) as answer:
        assert (answer.status, (await answer.json(content_type=None))["status"]) == (413, 413)


async def test_live_updates_of_a_stolen_cookie_end_with_the_session(system: System) -> None:
    user = await a_user(system)
    url, headers = (
        f"{system.services['portal-api'].url}/api/events",
        {"Cookie": f"__Host-mboc_session={user.cookie}"},
    )

    async with system.http.get(url, headers=headers) as stream:
        assert stream.status == 200
        assert (await user.ask("DELETE", "/session"))[0] == 204

        await asyncio.wait_for(stream.read(), 15)
