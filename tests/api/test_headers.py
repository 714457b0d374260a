"""Every answer of ingest and portal-api has the strict headers, errors and files included."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping

import aiohttp
import pytest
from multidict import CIMultiDictProxy

from common.http_server.headers import STRICT_HEADERS, TLS_HEADERS
from tests.api.test_odd_values import DOCUMENT
from tests.support.system import ADMIN, ADMIN_PASSWORD, API_KEY, SECRET, System

KEY = {"X-API-KEY": API_KEY}
JSON = {"Content-Type": "application/json"}
OWN_VALUE = {"Content-Security-Policy", "Cache-Control"}
"""Headers for which pages and files of the website have values of their own."""
PATHS = sorted(path.replace("{", "").replace("}", "") for path in DOCUMENT["paths"])
ANSWERS = [
    *(("portal-api", "GET", path, KEY) for path in PATHS if path != "/api/events"),
    *(("portal-api", "GET", path, {}) for path in PATHS if path != "/api/events"),
    *(("portal-api", "DELETE", path, {}) for path in PATHS),
    ("portal-api", "POST", "/api/session", JSON),
    ("portal-api", "GET", "/api/openapi.json", {}),
    ("portal-api", "GET", "/api/none-such", {}),
    ("portal-api", "TRACE", "/api/session", {}),
    ("portal-api", "OPTIONS", "/api/session", {"Origin": "https://evil.example"}),
    ("portal-api", "GET", "/assets/none-such.js", {}),
    ("portal-api", "GET", "/health/live", {}),
    ("portal-api", "GET", "/health/ready", {}),
    ("portal-api", "GET", "/metrics", {}),
    ("portal-api", "GET", "/health/none-such", {}),
    ("ingest", "GET", "/health/live", {}),
    ("ingest", "GET", "/metrics", {}),
    ("ingest", "GET", "/", {}),
    ("ingest", "GET", "/webhooks/demo/appointment-created", {}),
    ("ingest", "POST", "/webhooks/demo/appointment-created", {}),
    ("ingest", "POST", "/webhooks/demo/appointment-created", {"X-API-KEY": SECRET} | JSON),
    ("ingest", "POST", "/webhooks/demo/none-such", {}),
]


async def headers_of(
    system: System, service: str, method: str, path: str, headers: Mapping[str, str]
) -> CIMultiDictProxy[str]:
    url = f"{system.services[service].url}{path}"
    async with system.http.request(method, url, headers=headers) as answer:
        assert answer.status < 500
        return answer.headers


async def test_every_answer_of_the_api_and_of_ingest_has_the_strict_headers(
    fuzzed_system: System,
) -> None:
    for service, method, path, headers in ANSWERS:
        found = await headers_of(fuzzed_system, service, method, path, headers)

        own = OWN_VALUE if path.startswith("/assets") else set()
        for name, value in STRICT_HEADERS.items():
            assert name in own or found.getall(name) == [value], (method, path, name)


async def test_pages_and_files_of_the_website_have_the_strict_headers(
    fuzzed_system: System,
) -> None:
    url = fuzzed_system.services["portal-api"].url
    async with fuzzed_system.http.get(url) as answer:
        scripts = re.findall(r'"(/assets/[^"]+)"', await answer.text())
    for path in ("/", "/errors", "/api/docs", "/favicon.svg", *scripts[:2]):
        found = await headers_of(fuzzed_system, "portal-api", "GET", path, {})

        assert "frame-ancestors 'none'" in found["Content-Security-Policy"], path
        for name, value in STRICT_HEADERS.items():
            assert name in OWN_VALUE or found.getall(name) == [value], (path, name)


async def test_a_stream_of_events_has_the_strict_headers(fuzzed_system: System) -> None:
    url = f"{fuzzed_system.services['portal-api'].url}/api/events?topics=status&seconds=1"
    async with fuzzed_system.http.get(url, headers=KEY) as answer:
        for name, value in STRICT_HEADERS.items():
            assert answer.headers.getall(name) == [value]


@pytest.fixture(scope="module")
async def plain(fuzzed_system: System) -> AsyncIterator[str]:
    """The address of a portal that browsers open by plain HTTP."""
    started = await fuzzed_system.start("portal-api", "plain", PORTAL_API_SECURE_COOKIE="false")
    yield started.url
    await fuzzed_system.stop("plain")


async def test_the_portal_asks_for_tls_unless_it_is_open_by_plain_http(
    fuzzed_system: System, plain: str
) -> None:
    over_tls = await headers_of(fuzzed_system, "portal-api", "GET", "/health/live", {})
    async with fuzzed_system.http.get(f"{plain}/health/live") as answer:
        by_http = answer.headers

    [(name, value)] = TLS_HEADERS.items()
    assert (over_tls[name], name in by_http) == (value, False)


async def test_the_session_has_one_name_of_cookie_and_ignores_the_other(
    fuzzed_system: System, plain: str
) -> None:
    secure = await a_signed_in_cookie(fuzzed_system.services["portal-api"].url)
    by_http = await a_signed_in_cookie(plain)

    assert secure.startswith("__Host-mboc_session=")
    assert by_http.startswith("mboc_session=")
    assert ("; Secure" in secure, "; Secure" in by_http) == (True, False)
    for cookie in (secure, by_http):
        assert {"HttpOnly", "Path=/", "SameSite=strict"} <= set(cookie.split("; "))
        assert "domain" not in cookie.lower()


async def a_signed_in_cookie(portal: str) -> str:
    """Return the cookie of a new session, after a check that no other name is accepted."""
    credentials = {"name": ADMIN, "password": ADMIN_PASSWORD}
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        async with http.post(f"{portal}/api/session", json=credentials) as answer:
            found = answer.headers.getall("Set-Cookie")
        [cookie] = [one for one in found if "mboc_session" in one]
        name, _, token = cookie.partition(";")[0].partition("=")
        for sent in ("mboc_session", "__Host-mboc_session"):
            sent_cookie = {"Cookie": f"{sent}={token}"}
            async with http.get(f"{portal}/api/session", headers=sent_cookie) as answer:
                assert answer.status == (200 if sent == name else 401)
    return cookie
