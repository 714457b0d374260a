"""``/api/session``: the caller's session, password and preferences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, Request, Response

from portal_api.accounts.lockout import TrySource
from portal_api.accounts.preferences import as_text
from portal_api.accounts.session_schemas import NewPassword, SessionResponse, as_session
from portal_api.auth.dependencies import audit_change, caller_of, session_of
from portal_api.auth.verification import check_verified
from portal_api.schemas.problems import PROBLEMS

if TYPE_CHECKING:
    from portal_api.auth.change_password import PasswordChangeService
    from portal_api.auth.session_cookie import SessionCookie
    from portal_api.store.sessions import Sessions
    from portal_api.store.users import Users

LOCKED: dict[int | str, dict[str, Any]] = {429: PROBLEMS[429]}
CONFLICT: dict[int | str, dict[str, Any]] = {404: PROBLEMS[404], 409: PROBLEMS[409]}


def session(
    users: Users, sessions: Sessions, passwords: PasswordChangeService, cookie: SessionCookie
) -> APIRouter:
    """Return the router of the session."""
    router = APIRouter(prefix="/session", tags=["Session"])

    @router.get("")
    async def read_session(request: Request) -> SessionResponse:
        """Read the account of the caller."""
        caller = caller_of(request)
        return as_session(caller, cookie.token_of(request), await users.find(caller.name))

    @router.delete("", status_code=204)
    async def sign_out(request: Request, response: Response) -> None:
        """Sign out. The session ends at once, in every browser that has its cookie."""
        caller, session_id = session_of(request)
        await sessions.close(session_id)
        audit_change(request, caller.name)
        cookie.delete(response)

    @router.put("/password", status_code=204, responses=LOCKED | CONFLICT)
    async def change_own_password(request: Request, change: Annotated[NewPassword, Body()]) -> None:
        """Change your own password. All other sessions of your account end, and your API keys are
        revoked unless you keep them.
        """
        caller, session_id = session_of(request)
        audit_change(request, caller.name)
        if await passwords.has_second_factor(caller.name):
            check_verified(request)
        source = TrySource(caller.address, session_id=session_id)
        revoked = await passwords.change(caller.name, change, source)
        audit_change(request, caller.name, after={"revoked_api_keys": revoked})

    @router.delete("/notices", status_code=204)
    async def dismiss_notices(request: Request) -> None:
        """Dismiss the notices of your account."""
        caller, _ = session_of(request)
        audit_change(request, caller.name)
        await users.dismiss_notices(caller.name)

    @router.put("/preferences")
    async def change_preferences(
        request: Request, preferences: Annotated[dict[str, Any], Body()]
    ) -> dict[str, Any]:
        """Store the preferences of your account: any JSON object of at most 8 KiB."""
        caller, _ = session_of(request)
        audit_change(request, caller.name)
        await users.save_preferences(caller.name, as_text(preferences))
        return preferences

    return router
