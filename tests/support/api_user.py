"""A user of the portal API with an account, an address, a session cookie and a CSRF token."""

from __future__ import annotations

import http.cookies
import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from multidict import CIMultiDictProxy

from common.database import open_database
from tests.support.secret_scan import ISSUED, note_fields, note_secrets
from tests.support.system import System

PASSWORD = "made-up walrus lantern 17"
COOKIE, PENDING_COOKIE = "__Host-mboc_session", "__Host-mboc_sign_in"
DEVICE = "mboc_device_"


def an_address() -> str:
    """Return an address that no other test uses, in its own /64 network."""
    digits = uuid.uuid4().hex
    return f"fd00:{digits[:4]}:{digits[4:8]}:{digits[8:12]}::1"


def a_name() -> str:
    """Return a name that no other account has."""
    return f"user-{uuid.uuid4().hex[:8]}"


@dataclass
class ApiUser:
    """A user who sends requests to one portal-api of the system.

    ``device`` is the cookie of a browser that the account has signed in from.
    """

    system: System
    name: str = field(default_factory=a_name)
    password: str = PASSWORD
    address: str = field(default_factory=an_address)
    service: str = "portal-api"
    cookie: str = ""
    pending_cookie: str = ""
    csrf_token: str = ""
    device: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    async def ask(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, Any]:
        """Send a request as the website does. A header with an empty value is left out."""
        status, answer, _ = await self.asked(method, path, body, **headers)
        return status, answer

    async def asked(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, Any, CIMultiDictProxy[str]]:
        """Send a request as the website does, and return the headers of the answer too."""
        cookies = {COOKIE: self.cookie, PENDING_COOKIE: self.pending_cookie}
        mine = {
            "X-Forwarded-For": self.address,
            "X-CSRF-Token": self.csrf_token,
            "Cookie": "; ".join(
                [
                    *(f"{name}={value}" for name, value in cookies.items() if value),
                    *filter(None, [self.device]),
                ]
            ),
        }
        sent = {name: value for name, value in (mine | self.headers | headers).items() if value}
        url = f"{self.system.services[self.service].url}/api{path}"
        note_fields(body)
        async with self.system.http.request(method, url, json=body, headers=sent) as answer:
            text = await answer.text()
            sent_cookies = http.cookies.SimpleCookie(
                "; ".join(answer.headers.getall("Set-Cookie", []))
            )
            if COOKIE in sent_cookies:
                self.cookie = sent_cookies[COOKIE].value
                note_secrets(self.cookie)
            if PENDING_COOKIE in sent_cookies:
                self.pending_cookie = sent_cookies[PENDING_COOKIE].value
                note_secrets(self.pending_cookie)
            for name, morsel in sent_cookies.items():
                if DEVICE in name:
                    self.device = f"{name}={morsel.value}"
            is_json = answer.content_type in {"application/json", "application/problem+json"}
            found = json.loads(text) if is_json and text else text or None
            note_fields(found if method == "POST" else None, ISSUED)
            return answer.status, found, answer.headers

    async def sign_in(self, password: str | None = None, **headers: str) -> tuple[int, Any]:
        """Try to sign in, and store the cookie and the CSRF token."""
        status, answer = await self.ask(
            "POST",
            "/session",
            {"name": self.name, "password": password or self.password},
            **headers,
        )
        if status == 200:
            self.csrf_token = answer["csrf_token"]
        return status, answer

    async def wrong(self, times: int = 1) -> list[int]:
        """Return the answers to this many sign-ins with a wrong password."""
        return [(await self.sign_in("not the walrus at all"))[0] for _ in range(times)]


async def a_user(
    system: System, role: str = "viewer", *, signed_in: bool = True, service: str = "portal-api"
) -> ApiUser:
    """Create an account and return its user, signed in by default."""
    user = ApiUser(system, service=service)
    status, answer = await system.api(
        "POST", "/users", json={"name": user.name, "role": role, "password": user.password}
    )
    assert status == 201, answer
    await accept_password(system, user.name)
    if signed_in:
        assert (await user.sign_in())[0] == 200
    return user


async def accept_password(system: System, name: str) -> None:
    """Store that the owner chose the password, so that a test need not change it first."""
    database = open_database(system.mongodb_url, system.database)
    await database["users"].update_one({"_id": name}, {"$set": {"must_change_password": False}})
    database.client.close()


async def an_api_key(system: System, role: str, **fields: Any) -> tuple[str, dict[str, Any]]:
    """Create an API key of a new admin, and return it with the answer of the API.

    An owner has at most fifty keys, so the tests share none.
    """
    owner = await a_user(system, "admin")
    status, answer = await owner.ask(
        "POST", "/api-keys", {"name": "made for a test", "role": role} | fields
    )
    assert status == 201, answer
    return answer["key"], answer
