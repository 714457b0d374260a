"""The middleware of ``/api``: it authenticates every request, and completes the audit entry of a
write before the response begins.

It stands before all routes, so that no route can be without it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import structlog
from fastapi import Request

from common.client_address import client_address
from portal_api.auth.audit_draft import AuditDraft
from portal_api.auth.body_limit import body_limit_of, limit_body
from portal_api.auth.dependencies import SAFE_METHODS, audit_draft_of, refuse_cross_site
from portal_api.auth.revoke_streams import RevocableResponse
from portal_api.errors import PortalError, StoreUnavailableError, UnknownCallerError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from common.client_address import Network
    from portal_api.auth.authenticate import Authenticator
    from portal_api.auth.session_cookie import SessionCookie
    from portal_api.store.audit import Audit

log = structlog.get_logger()
PREFIX = "/api/"


class AuthMiddleware:
    """Sets ``request.state``: ``address``, ``caller`` or ``refusal``, and ``audit_draft`` for a
    write.
    """

    def __init__(
        self,
        app: ASGIApp,
        authenticator: Authenticator,
        audit: Audit,
        proxies: Sequence[Network],
        origins: Collection[str],
        cookie: SessionCookie,
    ) -> None:
        self._app = app
        self._authenticator = authenticator
        self._audit = audit
        self._proxies = proxies
        self._origins = origins
        self._cookie = cookie

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Authenticate the request, then call the application."""
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        await self._authenticate(request)
        is_known = request.state.refusal is None
        limited = limit_body(body_limit_of(scope["path"], is_known=is_known), receive)
        if request.method in SAFE_METHODS:
            response = RevocableResponse(self._app, partial(self._is_authenticated, request))
            await response(scope, limited, send)
        else:
            await self._handle_write(request, limited, send)

    async def _authenticate(self, request: Request) -> None:
        """Set the caller or the refusal. The routes that need a caller raise the refusal."""
        state = request.state
        peer = request.client.host if request.client else ""
        forwarded = request.headers.getlist("x-forwarded-for")
        state.address = client_address(peer, forwarded, self._proxies)
        state.caller = None
        state.refusal = None
        key, token = self._credentials_of(request)
        try:
            state.caller = await self._authenticator.authenticate(key, token, state.address)
            if state.caller.session_id is not None and request.method not in SAFE_METHODS:
                refuse_cross_site(request, token, self._origins)
        except PortalError as error:
            state.refusal = error

    async def _is_authenticated(self, request: Request) -> bool:
        """Whether the caller's session or key is still valid.

        The check is no use of the session, so it does not extend the session.
        """
        if request.state.caller is None:
            return True
        key, token = self._credentials_of(request)
        try:
            await self._authenticator.authenticate(key, token, request.state.address, is_use=False)
        except UnknownCallerError:
            return False
        except StoreUnavailableError:
            return True
        return True

    async def _handle_write(self, request: Request, receive: Receive, send: Send) -> None:
        request.state.audit_draft = AuditDraft(request)

        async def send_after_audit(message: Message) -> None:
            if message["type"] == "http.response.start":
                await self._finish(request, message["status"])
            await send(message)

        try:
            await self._app(request.scope, receive, send_after_audit)
        except Exception:
            await self._finish(request, 500)
            raise

    async def _finish(self, request: Request, status: int) -> None:
        """Complete the audit entry of a write.

        A request without a route (404, 405) changed nothing, so it has no entry.
        """
        if request.method not in getattr(request.scope.get("route"), "methods", ()):
            return
        entry = audit_draft_of(request).current_entry()
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

    def _credentials_of(self, request: Request) -> tuple[str, str]:
        """Return the API key and the session's token, each empty if the request has none."""
        return request.headers.get("x-api-key", ""), self._cookie.token_of(request)
