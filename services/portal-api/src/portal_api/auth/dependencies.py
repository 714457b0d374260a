"""Who may ask at all, which role a route needs, and what a write leaves for the audit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, APIKeyHeader

from portal_api.accounts.roles import Caller, Role
from portal_api.accounts.tokens import csrf_token, is_same
from portal_api.auth.same_origin import is_same_origin
from portal_api.errors import ForbiddenError

if TYPE_CHECKING:
    from collections.abc import Collection

    from portal_api.store.audit import Audit

COOKIE, CSRF = "mboc_session", "X-CSRF-Token"
READING = ("GET", "HEAD", "OPTIONS")
FOREIGN = "Another site asked for this: open the portal itself"
BY_KEY = APIKeyHeader(
    name="X-API-KEY",
    scheme_name="ApiKey",
    auto_error=False,
    description="An API key of an account, or that of the setting PORTAL_API_KEY.",
)
BY_COOKIE = APIKeyCookie(
    name=COOKIE, scheme_name="Session", auto_error=False, description="What POST /api/session sets."
)


def authenticated(audit: Audit) -> Any:
    """Return the dependency that lets in only those whom the entrance recognised, and keeps a write
    before it is carried out.
    """

    async def check(
        request: Request,
        _: Annotated[str | None, Security(BY_KEY)],
        __: Annotated[str | None, Security(BY_COOKIE)],
    ) -> None:
        if request.state.refusal is not None:
            raise request.state.refusal
        if request.method not in READING:
            await audit.begin(request.state.entry())

    return Depends(check)


def same_origin(origins: Collection[str]) -> Any:
    """Return the dependency that lets in only what no other site's page asked for: 403."""

    def check(request: Request) -> None:
        if not is_same_origin(request.headers, origins):
            raise ForbiddenError(FOREIGN)

    return Depends(check)


def require_role(role: Role) -> Any:
    """Return the dependency that lets in only callers of this role or a higher one:
    403 for the others.
    """

    def check(
        request: Request,
        _: Annotated[str | None, Security(BY_KEY)],
        __: Annotated[str | None, Security(BY_COOKIE)],
    ) -> None:
        if not caller_of(request).role.may(role):
            raise ForbiddenError(f"This needs the role {role}; yours is {caller_of(request).role}")

    return Security(check, scopes=[role])


def caller_of(request: Request) -> Caller:
    """Return who sent the request."""
    caller: Caller = request.state.caller
    return caller


def session_of(request: Request) -> tuple[Caller, str]:
    """Return who sent the request and the session's id; raises ForbiddenError for an API
    key, which has none.
    """
    caller = caller_of(request)
    if caller.session_id is None:
        raise ForbiddenError("An API key has no session: sign in")
    return caller, caller.session_id


def audit_change(request: Request, target: str, before: Any = None, after: Any = None) -> None:
    """Leave for the audit what a write changed: JSON-ready values without secrets."""
    request.state.audit_change = {"target": target, "before": before, "after": after}


def refuse_foreign(request: Request, token: str, origins: Collection[str]) -> None:
    """Let a session's write through only if our own page sent it and knows the session's second
    token; raises ForbiddenError.

    The cookie alone proves nothing: a browser adds it to whatever any page asks for (OWASP:
    Cross-Site Request Forgery Prevention).
    """
    if not is_same_origin(request.headers, origins):
        raise ForbiddenError(FOREIGN)
    if not is_same(request.headers.get(CSRF, ""), csrf_token(token)):
        raise ForbiddenError(f"Send the session's CSRF token as {CSRF}: GET /api/session tells it")
