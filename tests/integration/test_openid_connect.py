"""Sign-in with OpenID Connect: sessions, accounts and roles."""

from __future__ import annotations

import asyncio
import base64
import time
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlsplit

import pytest

from tests.support.api_user import ApiUser, a_user
from tests.support.forging_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    ForgingProvider,
    a_person,
)
from tests.support.oidc_browser import (
    CALLBACK,
    OIDC_PORTAL,
    PENDING,
    SESSION,
    OidcBrowser,
    redirect_uri,
    sign_in_entry,
)
from tests.support.system import System


def name_of(provider: ForgingProvider) -> str:
    return str(provider.claims["preferred_username"]).lower()


async def test_the_start_asks_for_a_code_with_pkce(
    browser: OidcBrowser, system: System, provider: ForgingProvider
) -> None:
    answer = await browser.get("/session/oidc")

    query = {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}
    assert answer.status == 302
    assert answer.location.startswith(f"{provider.base}/authorize?")
    assert {name: query[name] for name in query if name not in ("state", "nonce")} | {
        "code_challenge": ""
    } == {
        "response_type": "code",
        "response_mode": "query",
        "client_id": CLIENT_ID,
        "redirect_uri": redirect_uri(system.services[OIDC_PORTAL].port),
        "scope": "openid profile email",
        "code_challenge": "",
        "code_challenge_method": "S256",
    }
    assert min(len(query[name]) for name in ("state", "nonce", "code_challenge")) == 43
    [cookie] = answer.set_cookies
    assert cookie.startswith(f"{PENDING}=")
    for attribute in ("HttpOnly", "Secure", "SameSite=lax", "Path=/", "Max-Age=600"):
        assert attribute in cookie
    assert query["nonce"] not in cookie


async def test_a_sign_in_opens_a_session_with_the_role_of_the_claim(
    browser: OidcBrowser, provider: ForgingProvider
) -> None:
    answer = await browser.sign_in(provider, return_to="/errors?status=Failed")

    assert (answer.status, answer.location) == (303, "/errors?status=Failed")
    assert set(browser.cookies) == {SESSION}
    session = (await browser.session()).body
    assert (session["name"], session["role"], session["kind"]) == (
        name_of(provider),
        "operator",
        "OpenID Connect",
    )
    cookie = next(line for line in answer.set_cookies if line.startswith(SESSION))
    assert "SameSite=strict" in cookie
    assert "HttpOnly" in cookie


async def test_the_client_sends_its_secret_form_encoded(
    browser: OidcBrowser, provider: ForgingProvider
) -> None:
    await browser.sign_in(provider)

    sent = base64.b64decode(provider.forms[-1]["authorization"].removeprefix("Basic ")).decode()
    assert sent == f"{quote_plus(CLIENT_ID)}:{quote_plus(CLIENT_SECRET)}"
    assert "client_secret" not in provider.forms[-1]


async def test_a_sign_in_is_in_the_audit_with_its_account(
    browser: OidcBrowser, system: System, provider: ForgingProvider
) -> None:
    await browser.sign_in(provider)

    entry = await sign_in_entry(system, browser.address)
    assert (entry["who"], entry["role"], entry["target"], entry["outcome"]) == (
        name_of(provider),
        "operator",
        name_of(provider),
        303,
    )


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/api/session/oidc",
        "javascript:alert(1)",
        "/errors/../../api/docs",
        "/errors\r\nSet-Cookie: a=b",
        "errors",
        "/errors@evil.example",
        "/login",
    ],
)
async def test_a_sign_in_leads_to_pages_of_the_website_only(
    browser: OidcBrowser, provider: ForgingProvider, path: str
) -> None:
    answer = await browser.sign_in(provider, return_to=path)

    assert (answer.status, answer.location) == (303, "/")


async def test_the_account_is_listed_with_its_kind_and_has_no_password(
    browser: OidcBrowser, system: System, provider: ForgingProvider
) -> None:
    await browser.sign_in(provider)
    name = name_of(provider)

    _, users = await system.api("GET", "/users", params={"limit": "200", "sort": "-created_at"})
    listed = next(user for user in users["items"] if user["name"] == name)
    assert (listed["kind"], listed["role"], listed["password_changed_at"]) == (
        "OpenID Connect",
        "operator",
        None,
    )
    status, problem = await system.api(
        "POST", f"/users/{name}/password", json={"password": "made-up walrus lantern 17"}
    )
    assert status == 409
    assert problem["detail"] == (
        f"The account {name} signs in with OpenID Connect, so it has no password: change it at "
        "the provider"
    )
    for password in ("", "made-up walrus lantern 17", " "):
        local = ApiUser(system, name, password=password)
        assert (await local.sign_in())[0] in (401, 422)


async def test_the_provider_alone_decides_the_role(
    browser: OidcBrowser, system: System, provider: ForgingProvider
) -> None:
    await browser.sign_in(provider)
    name = name_of(provider)

    status, problem = await system.api("PUT", f"/users/{name}", json={"role": "admin"})
    assert (status, problem["detail"]) == (
        409,
        f"The provider decides the role of {name} at each sign-in: change it there",
    )
    provider.claims["roles"] = ["viewer", "admin", "something else"]
    other = OidcBrowser(system, OIDC_PORTAL)
    await other.sign_in(provider)

    assert (await other.session()).body["role"] == "admin"
    assert (await browser.session()).status == 401, "sessions of the former role end"
    provider.claims["roles"] = ["viewer"]
    await other.sign_in(provider)
    assert (await other.session()).body["role"] == "viewer"


async def test_a_disabled_account_is_out_at_once_and_stays_out(
    browser: OidcBrowser, system: System, provider: ForgingProvider
) -> None:
    await browser.sign_in(provider)

    status, _ = await system.api("PUT", f"/users/{name_of(provider)}", json={"enabled": False})

    assert status == 200
    assert (await browser.session()).status == 401
    assert (await browser.sign_in(provider)).refused == "disabled"
    assert SESSION not in browser.cookies or (await browser.session()).status == 401


async def test_an_account_belongs_to_issuer_and_subject_and_keeps_its_name(
    browser: OidcBrowser, provider: ForgingProvider
) -> None:
    await browser.sign_in(provider)
    name = name_of(provider)
    provider.claims["preferred_username"] = f"renamed-{name}"

    await browser.sign_in(provider)

    assert (await browser.session()).body["name"] == name


@pytest.mark.parametrize("kind", ["local", "OpenID Connect"])
async def test_a_name_of_another_account_is_refused_and_not_merged(
    browser: OidcBrowser, system: System, provider: ForgingProvider, kind: str
) -> None:
    if kind == "local":
        taken = (await a_user(system, "admin", signed_in=False)).name
    else:
        await OidcBrowser(system, OIDC_PORTAL).sign_in(provider)
        taken = name_of(provider)
    provider.claims = a_person(preferred_username=taken.upper(), email=taken)

    answer = await browser.sign_in(provider)

    assert answer.refused == "name-taken"
    assert SESSION not in browser.cookies
    entry = await sign_in_entry(system, browser.address)
    assert (entry["outcome"], entry["after"]) == (403, {"reason": "name-taken"})


async def test_two_first_sign_ins_at_once_make_one_account(
    system: System, provider: ForgingProvider
) -> None:
    browsers = [OidcBrowser(system, OIDC_PORTAL) for _ in range(4)]

    answers = await asyncio.gather(*(browser.sign_in(provider) for browser in browsers))

    assert [answer.location for answer in answers] == ["/"] * 4
    _, users = await system.api("GET", "/users", params={"limit": "200", "sort": "-created_at"})
    assert [user["name"] for user in users["items"]].count(name_of(provider)) == 1


@pytest.mark.parametrize("roles", [None, [], ["stranger"], "operators", [1, None], {"a": "admin"}])
async def test_a_person_without_a_role_is_refused(
    browser: OidcBrowser, system: System, provider: ForgingProvider, roles: Any
) -> None:
    provider.claims["roles"] = roles

    assert (await browser.sign_in(provider)).refused == "no-role"

    assert (await sign_in_entry(system, browser.address))["after"] == {"reason": "no-role"}
    _, users = await system.api("GET", "/users", params={"limit": "200", "sort": "-created_at"})
    assert name_of(provider) not in [user["name"] for user in users["items"]]


async def test_a_person_without_a_valid_name_is_refused(
    browser: OidcBrowser, provider: ForgingProvider
) -> None:
    provider.claims = {"sub": "a b", "preferred_username": "a/b", "email": "<script>"}

    assert (await browser.sign_in(provider)).refused == "no-name"


async def test_the_email_names_an_account_without_a_preferred_name(
    browser: OidcBrowser, provider: ForgingProvider
) -> None:
    provider.claims |= {"email": name_of(provider), "preferred_username": None}
    email = provider.claims["email"]

    await browser.sign_in(provider)

    assert (await browser.session()).body["name"] == email


async def test_an_account_owns_api_keys_and_preferences(
    browser: OidcBrowser, system: System, provider: ForgingProvider
) -> None:
    await browser.sign_in(provider)
    session = (await browser.session()).body
    headers = {"X-CSRF-Token": session["csrf_token"]}

    saved = await browser.send("PUT", "/session/preferences", headers, json={"density": "compact"})
    key = await browser.send("POST", "/api-keys", headers, json={"name": "k", "role": "viewer"})

    assert (saved.status, key.status) == (200, 201)
    owner = await OidcBrowser(system, OIDC_PORTAL).send(
        "GET", "/session", {"X-API-KEY": key.body["key"]}
    )
    assert owner.body["name"] == name_of(provider)
    own = {"old": "made-up walrus lantern 17", "new": "made-up walrus lantern 18"}
    password = await browser.send("PUT", "/session/password", headers, json=own)
    assert password.status == 409


async def test_the_person_of_a_session_is_verified(
    browser: OidcBrowser, provider: ForgingProvider
) -> None:
    await browser.sign_in(provider)

    location = await browser.start(purpose="verify", return_to="/profile")
    answer = await browser.get(CALLBACK, provider.authorize(location))

    asked = parse_qs(urlsplit(location).query)
    assert (asked["prompt"], asked["max_age"]) == (["login"], ["0"])
    assert (answer.status, answer.location) == (303, "/profile")
    assert (await browser.session()).status == 200


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"auth_time": None}, "not-verified"),
        ({"auth_time": 1}, "not-verified"),
        ({"sub": "somebody else", "auth_time": 4102444800}, "other-account"),
    ],
)
async def test_a_verification_of_another_person_or_without_a_sign_in_is_refused(
    browser: OidcBrowser, provider: ForgingProvider, claims: dict[str, Any], reason: str
) -> None:
    await browser.sign_in(provider)
    location = await browser.start(purpose="verify", return_to="/profile?tab=keys")
    provider.claims |= claims

    answer = await browser.get(CALLBACK, provider.authorize(location))

    assert answer.location == f"/profile?refused={reason}"


async def test_only_a_session_of_openid_connect_is_verified_there(
    browser: OidcBrowser, system: System
) -> None:
    local = await a_user(system, service=OIDC_PORTAL)
    at = OidcBrowser(system, OIDC_PORTAL, {SESSION: local.cookie})

    assert (await browser.get("/session/oidc", {"purpose": "verify"})).status == 403
    assert (await at.get("/session/oidc", {"purpose": "verify"})).status == 403


async def test_the_sign_in_page_learns_the_ways_to_sign_in(
    browser: OidcBrowser, system: System
) -> None:
    assert (await browser.get("/sign-in-options")).body == {
        "local_accounts": True,
        "oidc": {"label": "CRONUS"},
    }
    without = OidcBrowser(system, "portal-api")
    assert (await without.get("/sign-in-options")).body == {"local_accounts": True, "oidc": None}
    for path in ("/session/oidc", CALLBACK):
        assert (await without.get(path)).status == 404


async def test_another_site_cannot_start_a_sign_in(browser: OidcBrowser) -> None:
    answer = await browser.send("GET", "/session/oidc", {"Sec-Fetch-Site": "cross-site"})

    assert answer.status == 403


async def test_an_unavailable_provider_leads_back_to_the_sign_in_page(
    browser: OidcBrowser, system: System, provider: ForgingProvider
) -> None:
    parameters = provider.authorize(await browser.start())
    provider.hangs = True
    started_at = time.monotonic()

    answer = await browser.get(CALLBACK, parameters)

    assert answer.refused == "unavailable"
    assert time.monotonic() - started_at < 8
    assert await system.is_ready(OIDC_PORTAL)
    assert (await a_user(system, service=OIDC_PORTAL)).cookie, "local accounts sign in"
    assert 'oidc_sign_ins_total{outcome="unavailable"} 1.0' in await system.metrics(OIDC_PORTAL)


async def test_a_new_sign_in_ends_the_earlier_session_of_the_browser(
    browser: OidcBrowser, system: System, provider: ForgingProvider
) -> None:
    await browser.sign_in(provider)
    earlier = OidcBrowser(system, OIDC_PORTAL, dict(browser.cookies))

    parameters = provider.authorize(await browser.start())
    del browser.cookies[SESSION]  # a strict cookie is not sent from another site
    await browser.get(CALLBACK, parameters)

    assert (await browser.session()).status == 200
    assert (await earlier.session()).status == 401
