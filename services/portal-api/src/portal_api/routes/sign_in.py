"""``POST /api/session``: the sign-in, the only route that needs no caller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, Request, Response

from portal_api.accounts.session_schemas import SessionResponse, SignInRequest, as_session
from portal_api.accounts.user import as_name
from portal_api.auth.dependencies import audit_change
from portal_api.schemas.problems import PROBLEMS

if TYPE_CHECKING:
    from portal_api.auth.known_devices import KnownDevices
    from portal_api.auth.open_session import SessionOpener
    from portal_api.auth.sign_in import SignInService
    from portal_api.store.users import Users

UNKNOWN = "(unknown name)"
"""The audit's target for a name without an account, because users enter passwords as names."""
LOCKED: dict[int | str, dict[str, Any]] = {429: PROBLEMS[429]}


def sign_in(
    service: SignInService, users: Users, opener: SessionOpener, devices: KnownDevices
) -> APIRouter:
    """Return the router of the sign-in, which needs no caller."""
    router = APIRouter(tags=["Session"])

    @router.post("/session", responses=LOCKED)
    async def sign_in_with_password(
        request: Request, response: Response, entered: Annotated[SignInRequest, Body()]
    ) -> SessionResponse:
        """Sign in and set the session's cookie.

        After five wrong passwords in a row, sign-ins with this name are refused in that network for
        a time, which doubles with each further wrong password. A browser in which the account has
        signed in before has a count of its own.
        """
        name = as_name(entered.name)
        audit_change(request, name if await users.find(name) else UNKNOWN)
        new = await service.sign_in(
            name, entered.password.get_secret_value(), devices.source_of(request, name)
        )
        caller = opener.set_cookie(request, response, new)
        await devices.remember(request, response, name)
        return as_session(caller, new.token, new.user.preferences)

    return router
