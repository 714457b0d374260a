"""``POST /api/session``: the sign-in, the only route that needs no caller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, Request, Response

from portal_api.accounts.roles import Caller
from portal_api.accounts.session_schemas import SessionResponse, SignInRequest, as_session
from portal_api.accounts.user import as_name
from portal_api.auth.dependencies import audit_change
from portal_api.schemas.problems import PROBLEMS

if TYPE_CHECKING:
    from portal_api.auth.session_cookie import SessionCookie
    from portal_api.auth.sign_in import SignInService
    from portal_api.store.users import Users

UNKNOWN = "(unknown name)"
"""The audit's target for a name without an account, because users enter passwords as names."""
LOCKED: dict[int | str, dict[str, Any]] = {429: PROBLEMS[429]}


def sign_in(service: SignInService, users: Users, cookie: SessionCookie) -> APIRouter:
    """Return the router of the sign-in, which needs no caller."""
    router = APIRouter(tags=["Session"])

    @router.post("/session", responses=LOCKED)
    async def sign_in_with_password(
        request: Request, response: Response, entered: Annotated[SignInRequest, Body()]
    ) -> SessionResponse:
        """Sign in and set the session's cookie. After five wrong passwords in a row, sign-ins are
        refused for a time, which doubles with each further wrong password.
        """
        name = as_name(entered.name)
        audit_change(request, name if await users.find(name) else UNKNOWN)
        new = await service.sign_in(
            name, entered.password.get_secret_value(), request.state.address
        )
        request.state.caller = Caller(
            new.user.name,
            new.user.role,
            request.state.address,
            "session",
            new.session.session_id,
        )
        cookie.set(response, new.token)
        return as_session(request.state.caller, new.token, new.user.preferences)

    return router
