"""A browser that signs in with OpenID Connect, without its pages: cookies and redirects."""

from __future__ import annotations

import http.cookies
import json
from dataclasses import dataclass, field
from typing import Any

from local_stack.servers.ports import random_free_port
from tests.support.api_user import an_address
from tests.support.forging_provider import CLIENT_ID, CLIENT_SECRET, ForgingProvider
from tests.support.system import Service, System

CALLBACK = "/session/oidc/callback"
OIDC_PORTAL = "portal-api-oidc"
"""The portal-api of the fixture `oidc_provider`."""
PENDING, SESSION = "__Host-mboc_oidc", "__Host-mboc_session"


@dataclass
class OidcAnswer:
    """An answer of portal-api."""

    status: int
    body: Any
    location: str
    set_cookies: list[str]

    @property
    def refused(self) -> str | None:
        """The reason that the sign-in page shows."""
        page, _, reason = self.location.partition("?refused=")
        return reason if page == "/login" else None


@dataclass
class OidcBrowser:
    """A browser with cookies at one portal-api."""

    system: System
    service: str
    cookies: dict[str, str] = field(default_factory=dict)
    address: str = field(default_factory=an_address)

    async def get(self, path: str, params: dict[str, str] | None = None) -> OidcAnswer:
        """Open an address of the API."""
        return await self.send("GET", path, params=params)

    async def send(
        self, method: str, path: str, headers: dict[str, str] | None = None, **options: Any
    ) -> OidcAnswer:
        """Send a request with the cookies, and keep the cookies of the answer."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {"X-Forwarded-For": self.address} | ({"Cookie": cookies} if cookies else {})
        url = f"{self.system.services[self.service].url}/api{path}"
        async with self.system.http.request(
            method, url, headers=sent | (headers or {}), allow_redirects=False, **options
        ) as answer:
            set_cookies = answer.headers.getall("Set-Cookie", [])
            for name, morsel in http.cookies.SimpleCookie("; ".join(set_cookies)).items():
                self.cookies[name] = morsel.value
            self.cookies = {name: value for name, value in self.cookies.items() if value}
            text = await answer.text()
            is_json = "json" in answer.content_type
            return OidcAnswer(
                answer.status,
                json.loads(text) if text and is_json else text,
                answer.headers.get("Location", ""),
                set_cookies,
            )

    async def start(self, **query: str) -> str:
        """Start a sign-in, and return the provider's address."""
        answer = await self.get("/session/oidc", query)
        assert answer.status == 302, answer
        return answer.location

    async def sign_in(self, provider: ForgingProvider, **query: str) -> OidcAnswer:
        """Start a sign-in, and return the answer to the provider's answer."""
        return await self.get(CALLBACK, provider.authorize(await self.start(**query)))

    async def session(self) -> OidcAnswer:
        """Read the session."""
        return await self.get("/session")


def redirect_uri(port: int) -> str:
    """Return the redirect URI of a portal-api on this port."""
    return f"http://127.0.0.1:{port}/api{CALLBACK}"


async def start_portal(
    system: System, name: str, issuer: str, *, port: int | None = None, **settings: str
) -> Service:
    """Start a portal-api with this provider."""
    port = port or random_free_port()
    given = {
        "PORTAL_API_PORT": str(port),
        "PORTAL_API_OIDC_ISSUER": issuer,
        "PORTAL_API_OIDC_CLIENT_ID": CLIENT_ID,
        "PORTAL_API_OIDC_CLIENT_SECRET": CLIENT_SECRET,
        "PORTAL_API_OIDC_REDIRECT_URI": redirect_uri(port),
        "PORTAL_API_OIDC_LABEL": "CRONUS",
    }
    return await system.start("portal-api", name, ready=True, **given | settings)


async def sign_in_entry(system: System, address: str) -> dict[str, Any]:
    """Return the newest audit entry of a sign-in from this address."""
    query = {"action": "sign_in_with_openid_connect"}
    status, answer = await system.api("GET", "/audit", params=query)
    assert status == 200, answer
    entry: dict[str, Any] = next(one for one in answer["items"] if one["address"] == address)
    return entry
