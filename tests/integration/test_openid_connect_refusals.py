"""Answers and tokens of a provider that are refused, each with its reason."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest

from tests.support.forging_provider import (
    CLIENT_ID,
    Claims,
    Forge,
    ForgingProvider,
    a_key,
    signed_with_public_key,
    unsigned,
)
from tests.support.oidc_browser import (
    CALLBACK,
    OIDC_PORTAL,
    PENDING,
    SESSION,
    OidcAnswer,
    OidcBrowser,
    sign_in_entry,
)
from tests.support.system import System

OTHER = "another-client"
FORGER = a_key()


async def refused(
    system: System, browser: OidcBrowser, answer: OidcAnswer, reason: str
) -> dict[str, Any]:
    """Check that the browser has no session, and return the audit entry with the reason."""
    assert (answer.status, answer.refused) == (303, reason)
    assert SESSION not in browser.cookies
    assert PENDING not in browser.cookies
    entry = await sign_in_entry(system, browser.address)
    assert (entry["outcome"], entry["after"]) == (403, {"reason": reason})
    return entry


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"iss": "https://evil.example"}, "issuer"),
        ({"iss": None}, "issuer"),
        ({"iss": ["a"]}, "issuer"),
        ({"aud": OTHER}, "audience"),
        ({"aud": None}, "audience"),
        ({"aud": [CLIENT_ID, OTHER]}, "audience"),
        ({"aud": [CLIENT_ID, OTHER], "azp": OTHER}, "audience"),
        ({"azp": OTHER}, "audience"),
        ({"nonce": "of another sign-in"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"nonce": ""}, "nonce"),
        ({"exp": timedelta(seconds=-200)}, "clock"),
        ({"exp": None}, "clock"),
        ({"exp": "tomorrow"}, "clock"),
        ({"iat": timedelta(seconds=1000)}, "clock"),
        ({"iat": None}, "clock"),
        ({"nbf": timedelta(seconds=1000)}, "clock"),
        ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, "token"),
        ({"at_hash": 5}, "token"),
        ({"sub": None}, "token"),
        ({"sub": ""}, "token"),
        ({"sub": 7}, "token"),
        ({"sub": "x" * 256}, "token"),
    ],
    ids=str,
)
async def test_a_token_with_a_wrong_claim_is_refused(
    browser: OidcBrowser, system: System, provider: ForgingProvider, claims: Claims, reason: str
) -> None:
    provider.claims |= from_now(claims)

    await refused(system, browser, await browser.sign_in(provider), reason)


def from_now(claims: Claims) -> Claims:
    """Return the claims with times instead of durations from now."""
    return {
        name: time.time() + value.total_seconds() if isinstance(value, timedelta) else value
        for name, value in claims.items()
    }


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": timedelta(seconds=-60), "iat": timedelta(seconds=-400)},
        {"iat": timedelta(seconds=60), "nbf": timedelta(seconds=60)},
        {"aud": [CLIENT_ID]},
        {"aud": [CLIENT_ID, OTHER], "azp": CLIENT_ID},
        {"at_hash": None},
    ],
    ids=str,
)
async def test_a_right_token_is_accepted_with_two_minutes_between_the_clocks(
    browser: OidcBrowser, provider: ForgingProvider, claims: Claims
) -> None:
    provider.claims |= from_now(claims)

    assert (await browser.sign_in(provider)).location == "/"


def with_other_key(provider: ForgingProvider, claims: Claims) -> str:
    return provider.sign(claims, FORGER, kid=provider.key.kid)


def with_unknown_key(provider: ForgingProvider, claims: Claims) -> str:
    return provider.sign(claims, FORGER)


def with_key_in_header(provider: ForgingProvider, claims: Claims) -> str:
    return provider.sign(claims, FORGER, jwk=FORGER.as_dict(private=False), kid="")


def with_changed_claims(provider: ForgingProvider, claims: Claims) -> str:
    head, _, signature = provider.sign(claims).split(".")
    return f"{head}.{unsigned(claims | {'roles': ['admin']}).split('.')[1]}.{signature}"


def without_signature(_: ForgingProvider, claims: Claims) -> str:
    return unsigned(claims)


def of_no_form(_: ForgingProvider, __: Claims) -> str:
    return "no.token"


@pytest.mark.parametrize(
    "forge",
    [
        without_signature,
        signed_with_public_key,
        with_other_key,
        with_unknown_key,
        with_key_in_header,
        with_changed_claims,
        of_no_form,
    ],
    ids=lambda forge: forge.__name__,
)
async def test_a_token_without_a_signature_of_the_provider_is_refused(
    browser: OidcBrowser, system: System, provider: ForgingProvider, forge: Forge
) -> None:
    provider.forge = forge

    await refused(system, browser, await browser.sign_in(provider), "signature")


async def test_an_answer_counts_once(
    browser: OidcBrowser, system: System, provider: ForgingProvider
) -> None:
    parameters = provider.authorize(await browser.start())
    thief = OidcBrowser(system, OIDC_PORTAL, dict(browser.cookies))
    assert (await browser.get(CALLBACK, parameters)).location == "/"

    await refused(system, thief, await thief.get(CALLBACK, parameters), "used")


async def test_a_code_counts_once(
    browser: OidcBrowser, system: System, provider: ForgingProvider
) -> None:
    parameters = provider.authorize(await browser.start())
    await browser.get(CALLBACK, parameters)
    other = OidcBrowser(system, OIDC_PORTAL)
    stolen = provider.authorize(await other.start()) | {"code": parameters["code"]}

    await refused(system, other, await other.get(CALLBACK, stolen), "code")


async def test_a_code_of_another_sign_in_is_refused(
    browser: OidcBrowser, system: System, provider: ForgingProvider
) -> None:
    victim = provider.authorize(await OidcBrowser(system, OIDC_PORTAL).start())
    mine = provider.authorize(await browser.start()) | {"code": victim["code"]}

    await refused(system, browser, await browser.get(CALLBACK, mine), "code")


@pytest.mark.parametrize("whose", ["nobody's", "another browser's", "forged", "empty"])
async def test_an_answer_counts_only_in_the_browser_that_asked(
    browser: OidcBrowser, system: System, provider: ForgingProvider, whose: str
) -> None:
    parameters = provider.authorize(await OidcBrowser(system, OIDC_PORTAL).start())
    if whose == "another browser's":
        await browser.start()
    if whose in ("forged", "empty"):
        browser.cookies[PENDING] = "bm90IHNlYWxlZA" if whose == "forged" else ""

    answer = await browser.get(CALLBACK, parameters)

    assert answer.refused == "state"
    assert SESSION not in browser.cookies
    assert any(line.startswith(f'{PENDING}="";') for line in answer.set_cookies)


@pytest.mark.parametrize(
    "parameters", [{}, {"state": ""}, {"code": "x"}, {"state": "\u00e9\ud83d\ude00"}]
)
async def test_an_answer_without_its_state_is_refused(
    browser: OidcBrowser, parameters: dict[str, str]
) -> None:
    await browser.start()

    assert (await browser.get(CALLBACK, parameters)).refused == "state"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"iss": "https://evil.example"}, "issuer"),
        ({"iss": ""}, "issuer"),
        ({"error": "access_denied", "code": None}, "denied"),
        ({"error": "login_required"}, "denied"),
        ({"error": "temporarily_unavailable"}, "unavailable"),
        ({"error": "<script>alert(1)</script>", "error_description": "free text"}, "provider"),
        ({"code": None}, "provider"),
        ({"code": "never given"}, "code"),
    ],
    ids=str,
)
async def test_an_answer_with_an_error_or_of_another_issuer_is_refused(
    browser: OidcBrowser,
    system: System,
    provider: ForgingProvider,
    answer: dict[str, str | None],
    reason: str,
) -> None:
    parameters = provider.authorize(await browser.start(), **answer)

    came = await browser.get(CALLBACK, parameters)

    await refused(system, browser, came, reason)
    assert "free" not in came.location


@pytest.mark.parametrize(
    ("status", "answer", "reason"),
    [
        (200, {"id_token": None}, "provider"),
        (200, {"id_token": 5}, "provider"),
        (401, {"error": "invalid_client"}, "provider"),
        (500, {}, "unavailable"),
        (302, {}, "provider"),
    ],
)
async def test_a_token_endpoint_that_gives_no_tokens_refuses_the_sign_in(
    browser: OidcBrowser,
    system: System,
    provider: ForgingProvider,
    status: int,
    answer: Claims,
    reason: str,
) -> None:
    provider.token_status, provider.token_answer = status, answer

    await refused(system, browser, await browser.sign_in(provider), reason)


async def test_an_answer_without_its_issuer_is_accepted_unless_the_provider_sends_it(
    browser: OidcBrowser, provider: ForgingProvider
) -> None:
    parameters = provider.authorize(await browser.start(), iss=None)

    assert (await browser.get(CALLBACK, parameters)).location == "/"


@pytest.mark.parametrize("name", ["code", "state", "error", "iss"])
async def test_a_parameter_that_is_too_long_is_named(
    browser: OidcBrowser, provider: ForgingProvider, name: str
) -> None:
    parameters = provider.authorize(await browser.start()) | {name: "x" * 8001}

    answer = await browser.get(CALLBACK, parameters)

    assert (answer.status, answer.body["errors"][0]["field"]) == (422, name)
