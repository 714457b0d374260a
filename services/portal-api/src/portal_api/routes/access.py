"""Who may ask at all, which role a route needs, and what a write leaves for the audit."""

from __future__ import annotations

import hmac
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Request, Security
from fastapi.security import APIKeyHeader

from portal_api.accounts.roles import Caller, Role

KEY_HEADER = APIKeyHeader(name="X-API-KEY", auto_error=False, description="The key of the setting PORTAL_API_KEY.")


def knows(expected: str) -> Any:
    """Return the dependency that lets in only those who send the API key, compared in constant time."""

    def check(request: Request, given: Annotated[str | None, Security(KEY_HEADER)]) -> None:
        if not hmac.compare_digest((given or "").encode(), expected.encode()):
            raise HTTPException(401, "Send the API key as X-API-KEY", {"WWW-Authenticate": "ApiKey"})
        request.state.caller = Caller("PORTAL_API_KEY", Role.ADMIN, request.client.host if request.client else "")

    return Depends(check)


def needs(role: Role) -> Any:
    """Return the dependency that lets in only callers of this role or a higher one: 403 for the others."""

    def check(request: Request) -> None:
        if not caller_of(request).role.may(role):
            raise HTTPException(403, f"This needs the role {role}; yours is {caller_of(request).role}")

    return Depends(check)


def caller_of(request: Request) -> Caller:
    """Return who sent the request."""
    caller: Caller = request.state.caller
    return caller


def noted(request: Request, target: str, before: Any = None, after: Any = None) -> None:
    """Leave for the audit what a write changed: JSON-ready values without secrets."""
    request.state.noted = {"target": target, "before": before, "after": after}
