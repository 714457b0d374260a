"""Everything under ``/api`` passes here: it is seen who asks, and every write is in the audit
before its answer leaves.

It stands in front of all routes, so none can be forgotten.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import structlog
from fastapi import Request

from portal_api.accounts.audit_entry import AuditEntry
from portal_api.accounts.client_address import client_address
from portal_api.auth.body_limit import LARGEST, LARGEST_OF_STRANGERS, at_most
from portal_api.auth.dependencies import COOKIE, READING, refuse_foreign
from portal_api.auth.revoke_streams import RevocableResponse
from portal_api.errors import PortalError, StoreUnavailableError, UnknownCallerError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from portal_api.accounts.client_address import Network
    from portal_api.auth.authenticate import Authenticator
    from portal_api.store.audit import Audit

log = structlog.get_logger()
PREFIX = "/api/"


class AuthMiddleware:
    """Leaves on ``request.state``: caller or refusal, address, and (a write) the
    audit's entry so far.
    """

    def __init__(
        self,
        app: ASGIApp,
        authenticator: Authenticator,
        audit: Audit,
        proxies: Sequence[Network],
        origins: Collection[str],
    ) -> None:
        self._app = app
        self._authenticator = authenticator
        self._audit = audit
        self._proxies = proxies
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        await self._look_at(request)
        limited = at_most(
            LARGEST if request.state.refusal is None else LARGEST_OF_STRANGERS, receive
        )
        if request.method in READING:
            await RevocableResponse(self._app, partial(self._is_known, request))(
                scope, limited, send
            )
        else:
            await self._audited(request, limited, send)

    async def _look_at(self, request: Request) -> None:
        """See who asks; what they are refused for is raised by those routes that need somebody."""
        state, peer = request.state, request.client.host if request.client else ""
        state.address, state.caller, state.refusal = (
            client_address(peer, request.headers.get("x-forwarded-for", ""), self._proxies),
            None,
            None,
        )
        key, token = _credentials(request)
        try:
            state.caller = await self._authenticator(key, token, state.address)
            if state.caller.session_id is not None and request.method not in READING:
                refuse_foreign(request, token, self._origins)
        except PortalError as error:
            state.refusal = error

    async def _is_known(self, request: Request) -> bool:
        """Whether the caller would still be let in; looking is no use of the session, so it does
        not keep it alive.
        """
        if request.state.caller is None:
            return True
        try:
            await self._authenticator(*_credentials(request), request.state.address, is_use=False)
        except UnknownCallerError:
            return False
        except StoreUnavailableError:
            return True
        return True

    async def _audited(self, request: Request, receive: Receive, send: Send) -> None:
        started = AuditEntry(action="", address=request.state.address)
        request.state.entry = partial(_so_far, request, started)

        async def answered(message: Message) -> None:
            if message["type"] == "http.response.start":
                await self._finish(request, message["status"])
            await send(message)

        try:
            await self._app(request.scope, receive, answered)
        except Exception:
            await self._finish(request, 500)
            raise

    async def _finish(self, request: Request, status: int) -> None:
        """Complete the entry of a write; what no route takes (404, 405) changed nothing
        and is left out.
        """
        if request.method not in getattr(request.scope.get("route"), "methods", ()):
            return
        entry: AuditEntry = request.state.entry()
        if entry.outcome is None:
            entry.outcome = status
            try:
                await self._audit.finish(entry)
            except StoreUnavailableError:
                log.warning(
                    "an outcome is not in the audit",
                    audit_id=entry.audit_id,
                    action=entry.action,
                    outcome=status,
                )


def _credentials(request: Request) -> tuple[str, str]:
    """Return the API key and the session's token, as far as they were sent."""
    return request.headers.get("x-api-key", ""), request.cookies.get(COOKIE, "")


def _so_far(request: Request, entry: AuditEntry) -> AuditEntry:
    """Fill in what is known by now."""
    caller, route = request.state.caller, request.scope["route"]
    if caller is not None:
        entry.who, entry.role, entry.via = caller.name, caller.role, caller.via
    told = getattr(
        request.state,
        "audit_change",
        {"target": "/".join(str(value) for value in request.path_params.values())},
    )
    entry.action, entry.target = route.name, told["target"]
    entry.before, entry.after = told.get("before"), told.get("after")
    return entry
