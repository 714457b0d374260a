"""The middleware of ``/api``: it authenticates every request, counts and logs the refused ones,
and completes the audit entry of a write before the response begins.

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
from portal_api.errors import LockedError, PortalError, StoreUnavailableError, UnknownCallerError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from common.client_address import Network
    from portal_api.auth.authenticate import Authenticator
    from portal_api.auth.refusals import Refusals
    from portal_api.auth.session_cookie import SessionCookie

log = structlog.get_logger()
PREFIX = "/api/"
EVENTS = "/api/events"
FORBIDDEN, BAD_REQUEST = 403, 400
BACKGROUND = "X-Background"
"""The header of a request that no user caused, such as a poll. It does not extend a session."""


class AuthMiddleware:
    """Sets ``request.state``: ``address``, ``caller`` or ``refusal``, and ``audit_draft``."""

    def __init__(
        self,
        app: ASGIApp,
        authenticator: Authenticator,
        refusals: Refusals,
        proxies: Sequence[Network],
        origins: Collection[str],
        cookie: SessionCookie,
    ) -> None:
        self._app = app
        self._authenticator = authenticator
        self._refusals = refusals
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
        app = self._app
        if request.method in SAFE_METHODS:
            app = RevocableResponse(self._app, partial(self._is_authenticated, request))
        await self._answer(app, request, limited, send)

    async def _authenticate(self, request: Request) -> None:
        """Set the caller or the refusal. The routes that need a caller raise the refusal."""
        state = request.state
        peer = request.client.host if request.client else ""
        forwarded = request.headers.getlist("x-forwarded-for")
        state.address = client_address(peer, forwarded, self._proxies)
        state.caller = None
        state.refusal = None
        state.audit_draft = AuditDraft(request, self._refusals.audit)
        key, token = self._credentials_of(request)
        try:
            state.caller = await self._authenticator.authenticate(
                key, token, state.address, is_use=_is_use(request)
            )
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
        except (UnknownCallerError, LockedError):
            return False
        except StoreUnavailableError:
            return True
        return True

    async def _answer(self, app: ASGIApp, request: Request, receive: Receive, send: Send) -> None:
        async def send_after_audit(message: Message) -> None:
            if message["type"] == "http.response.start":
                await self._finish(request, message["status"])
            await send(message)

        try:
            await app(request.scope, receive, send_after_audit)
        except Exception:
            await self._finish(request, 500)
            raise

    async def _finish(self, request: Request, status: int) -> None:
        """Count a refusal, and complete the audit entry of the request.

        A request without a route (404, 405) changed nothing, so it has no entry.
        """
        if request.method not in getattr(request.scope.get("route"), "methods", ()):
            return
        self._refusals.observe(request, status)
        draft = audit_draft_of(request)
        if draft.is_finished or draft.is_download:
            return
        draft.is_finished = True
        try:
            if draft.is_begun or (request.method not in SAFE_METHODS and status < BAD_REQUEST):
                await draft.finish(status)
            elif request.method not in SAFE_METHODS or status == FORBIDDEN:
                await self._refusals.record(draft.entry_with(status))
        except StoreUnavailableError:
            log.warning(
                "an outcome is not in the audit", action=request.scope["route"].name, outcome=status
            )

    def _credentials_of(self, request: Request) -> tuple[str, str]:
        """Return the API key and the session's token, each empty if the request has none."""
        return request.headers.get("x-api-key", ""), self._cookie.token_of(request)


def _is_use(request: Request) -> bool:
    """Whether the request is a use of the session. Polls and live updates of an open page are none
    (OWASP ASVS 4.0.3, 3.3.2).
    """
    if request.method not in SAFE_METHODS:
        return True
    is_background = request.headers.get(BACKGROUND, "").strip().lower() == "true"
    return not is_background and request.url.path != EVENTS
