"""FastAPI dependencies: an authenticated caller, the role of a route, and the audit of a write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, APIKeyHeader

from portal_api.accounts.roles import Caller, Role
from portal_api.accounts.tokens import csrf_token, is_same
from portal_api.auth.same_origin import is_same_origin
from portal_api.auth.session_cookie import PLAIN_NAME, SECURE_NAME
from portal_api.auth.verification import refuse_restricted
from portal_api.errors import ForbiddenError

if TYPE_CHECKING:
    from collections.abc import Collection

    from portal_api.auth.audit_draft import AuditDraft

CSRF = "X-CSRF-Token"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
CROSS_SITE = "Another site asked for this: open the portal itself"
BY_KEY = APIKeyHeader(
    name="X-API-KEY",
    scheme_name="ApiKey",
    auto_error=False,
    description="An API key of an account, or the key of the setting PORTAL_API_KEY.",
)
BY_COOKIE = APIKeyCookie(
    name=SECURE_NAME,
    scheme_name="Session",
    auto_error=False,
    description=f"The cookie that POST /api/session sets. Over plain HTTP it is {PLAIN_NAME}.",
)


def authenticated() -> Any:
    """Return the dependency that refuses requests without an authenticated caller, and all acts of
    a restricted session but those that lift the restriction.
    """

    async def check(
        request: Request,
        _: Annotated[str | None, Security(BY_KEY)],
        __: Annotated[str | None, Security(BY_COOKIE)],
    ) -> None:
        if request.state.refusal is not None:
            raise request.state.refusal
        refuse_restricted(request)

    return Depends(check)


def audited() -> Any:
    """Return the dependency that stores the audit entry of a write before it is carried out.

    It stands after the dependencies that refuse callers, so that a refusal is not begun.
    """

    async def begin(request: Request) -> None:
        if request.method not in SAFE_METHODS:
            await audit_draft_of(request).begin()

    return Depends(begin)


def same_origin(origins: Collection[str]) -> Any:
    """Return the dependency that refuses requests of other sites with 403."""

    def check(request: Request) -> None:
        if not is_same_origin(request.headers, origins):
            raise ForbiddenError(CROSS_SITE)

    return Depends(check)


def require_role(role: Role) -> Any:
    """Return the dependency that refuses callers of a lower role with 403."""

    def check(
        request: Request,
        _: Annotated[str | None, Security(BY_KEY)],
        __: Annotated[str | None, Security(BY_COOKIE)],
    ) -> None:
        if not caller_of(request).role.may(role):
            raise ForbiddenError(f"This needs the role {role}; yours is {caller_of(request).role}")

    return Security(check, scopes=[role])


def caller_of(request: Request) -> Caller:
    """Return the caller of the request."""
    caller: Caller = request.state.caller
    return caller


def session_of(request: Request) -> tuple[Caller, str]:
    """Return the caller and the id of the session.

    Raises ForbiddenError for an API key, which has no session.
    """
    caller = caller_of(request)
    if caller.session_id is None:
        raise ForbiddenError("An API key has no session: sign in")
    return caller, caller.session_id


def audit_draft_of(request: Request) -> AuditDraft:
    """Return the audit entry in progress of a write."""
    draft: AuditDraft = request.state.audit_draft
    return draft


def audit_change(request: Request, target: str, before: Any = None, after: Any = None) -> None:
    """Set the change that the audit records: JSON values without secrets."""
    audit_draft_of(request).set_change(target, before, after)


def refuse_cross_site(request: Request, token: str, origins: Collection[str]) -> None:
    """Raise ForbiddenError unless a page of the portal sent this write, with the CSRF token.

    The cookie alone is no proof, because a browser sends it with the requests of every site
    (OWASP, Cross-Site Request Forgery Prevention).
    """
    if not is_same_origin(request.headers, origins):
        raise ForbiddenError(CROSS_SITE)
    if not is_same(request.headers.get(CSRF, ""), csrf_token(token)):
        raise ForbiddenError(
            f"Send the session's CSRF token as {CSRF}: read it at GET /api/session"
        )
