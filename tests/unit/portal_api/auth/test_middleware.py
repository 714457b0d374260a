"""The authentication middleware with an audit that fails on demand. A change that cannot be audited
is not carried out.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from ipaddress import ip_network
from typing import Any

import pytest
from fastapi import APIRouter, Request

from portal_api.accounts.audit_entry import AuditEntry
from portal_api.accounts.roles import Caller, Role
from portal_api.api import build_api
from portal_api.auth.dependencies import audit_change, require_role
from portal_api.auth.refusals import Refusals
from portal_api.auth.session_cookie import SessionCookie
from portal_api.build_auth import AuthComponents
from portal_api.errors import StoreUnavailableError, UnknownCallerError


@dataclass
class FakeAudit:
    """An audit in memory that can be unavailable."""

    begun: list[AuditEntry] = field(default_factory=list)
    finished: list[AuditEntry] = field(default_factory=list)
    away: str = ""

    async def begin(self, entry: AuditEntry) -> None:
        if self.away == "begin":
            raise StoreUnavailableError("MongoDB cannot be reached now")
        self.begun.append(replace(entry))

    async def finish(self, entry: AuditEntry) -> None:
        if self.away == "finish":
            raise StoreUnavailableError("MongoDB cannot be reached now")
        self.finished.append(replace(entry))


@dataclass
class Portal:
    """An API with two routes that write, for a caller with the key "good"."""

    audit: FakeAudit = field(default_factory=FakeAudit)
    carried_out: list[str] = field(default_factory=list)
    finished_before_the_answer: bool = False

    async def authenticate(
        self,
        key: str,
        _: str,
        address: str,
        *,
        is_use: bool = True,  # noqa: ARG002 - as it is called
    ) -> Caller:
        if key != "good":
            raise UnknownCallerError("Sign in")
        return Caller("operator1", Role.OPERATOR, address, "API key 1")

    async def post(self, path: str, key: str = "good") -> int:
        """Send a request to the application, and return the HTTP status."""
        headers = [
            (b"x-api-key", key.encode()),
            (b"x-forwarded-for", b"203.0.113.9"),
            (b"host", b"portal.example"),
        ]
        scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": headers,
            "client": ("10.0.0.1", 1),
        }
        statuses: list[int] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])
                self.finished_before_the_answer = bool(self.audit.finished)

        await build_api([self._router()], self._auth())(
            scope | {"scheme": "http", "server": ("portal", 80), "http_version": "1.1"},
            receive,
            send,  # type: ignore[arg-type]
        )
        return statuses[0]

    def _router(self) -> APIRouter:
        router = APIRouter()

        @router.post("/things/{name}", dependencies=[require_role(Role.OPERATOR)])
        async def write_thing(request: Request, name: str) -> None:
            if name == "bug":
                raise KeyError(name)
            self.carried_out.append(name)
            audit_change(request, name, "old", "new")

        @router.post("/kept", dependencies=[require_role(Role.ADMIN)])
        async def write_audited() -> None:
            self.carried_out.append("kept")

        return router

    def _auth(self) -> AuthComponents:
        nothing: Any = None
        return AuthComponents(
            authenticator=self,  # type: ignore[arg-type]
            audit=self.audit,  # type: ignore[arg-type]
            proxies=[ip_network("10.0.0.0/8")],
            origins=(),
            cookie=SessionCookie(is_secure=True),
            sign_in=APIRouter(),
            routers=(),
            hasher=nothing,
            first_admin=nothing,
            break_glass=nothing,
            refusals=Refusals(self.audit),  # type: ignore[arg-type]
        )


async def test_a_write_is_audited_before_it_is_carried_out_and_completed_before_the_response() -> (
    None
):
    portal = Portal()

    assert await portal.post("/api/things/a") == 200

    (begun,), (finished,) = portal.audit.begun, portal.audit.finished
    assert (
        begun.audit_id,
        begun.who,
        begun.action,
        begun.target,
        begun.outcome,
    ) == (
        finished.audit_id,
        "operator1",
        "write_thing",
        "a",
        None,
    )
    assert (finished.outcome, finished.before, finished.after, finished.address) == (
        200,
        "old",
        "new",
        "203.0.113.9",
    )
    assert portal.finished_before_the_answer


async def test_a_write_that_cannot_be_audited_is_not_carried_out() -> None:
    portal = Portal(FakeAudit(away="begin"))

    assert await portal.post("/api/things/a") == 503

    assert portal.carried_out == []


async def test_an_outcome_that_cannot_be_audited_leaves_the_begun_entry() -> None:
    portal = Portal(FakeAudit(away="finish"))

    assert await portal.post("/api/things/a") == 200

    assert [entry.outcome for entry in portal.audit.begun] == [None]


async def test_a_bug_is_audited_as_500() -> None:
    portal = Portal()

    with pytest.raises(KeyError):
        await portal.post("/api/things/bug")

    assert [entry.outcome for entry in portal.audit.finished] == [500]


@pytest.mark.parametrize(
    ("path", "key", "status", "who"),
    [("/api/kept", "good", 403, "operator1"), ("/api/kept", "bad", 401, "")],
)
async def test_a_refusal_is_audited_and_nothing_is_carried_out(
    path: str, key: str, status: int, who: str
) -> None:
    portal = Portal()

    assert await portal.post(path, key) == status

    assert [(entry.outcome, entry.who, entry.action) for entry in portal.audit.finished] == [
        (status, who, "write_audited")
    ]
    assert portal.carried_out == []


@pytest.mark.parametrize(
    ("path", "status"), [("/api/nothing", 404), ("/elsewhere", 404), ("/api/openapi.json", 405)]
)
async def test_a_request_without_a_route_is_not_audited(path: str, status: int) -> None:
    portal = Portal()

    assert await portal.post(path) == status

    assert portal.audit.finished == []
