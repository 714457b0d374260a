"""``/api/session``: the caller's session, password and preferences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, Request, Response

from portal_api.accounts.lockout import TrySource
from portal_api.accounts.preferences import as_text
from portal_api.accounts.session_schemas import NewPassword, SessionResponse, as_session
from portal_api.auth.dependencies import audit_change, caller_of, session_of
from portal_api.errors import InvalidFieldError
from portal_api.schemas.problems import PROBLEMS

if TYPE_CHECKING:
    from portal_api.auth.password_hasher import PasswordHasher
    from portal_api.auth.session_cookie import SessionCookie
    from portal_api.auth.sign_in import SignInService
    from portal_api.store.sessions import Sessions
    from portal_api.store.users import Users

LOCKED: dict[int | str, dict[str, Any]] = {429: PROBLEMS[429]}


def session(
    users: Users,
    sessions: Sessions,
    sign_in: SignInService,
    hasher: PasswordHasher,
    cookie: SessionCookie,
) -> APIRouter:
    """Return the router of the session."""
    router = APIRouter(prefix="/session", tags=["Session"])

    @router.get("")
    async def read_session(request: Request) -> SessionResponse:
        """Read the account of the caller."""
        caller = caller_of(request)
        user = await users.find(caller.name)
        return as_session(caller, cookie.token_of(request), user.preferences if user else "{}")

    @router.delete("", status_code=204)
    async def sign_out(request: Request, response: Response) -> None:
        """Sign out. The session ends at once, in every browser that has its cookie."""
        caller, session_id = session_of(request)
        await sessions.close(session_id)
        audit_change(request, caller.name)
        cookie.delete(response)

    @router.put("/password", status_code=204, responses=LOCKED)
    async def change_own_password(request: Request, change: Annotated[NewPassword, Body()]) -> None:
        """Change your own password. All other sessions of your account end."""
        caller, session_id = session_of(request)
        audit_change(request, caller.name)
        if not await sign_in.is_password_of(
            caller.name,
            change.old.get_secret_value(),
            TrySource(caller.address, session_id=session_id),
        ):
            raise InvalidFieldError("old", "is not your password")
        password = await hasher.hash_new(change.new.get_secret_value(), caller.name, "new")
        await users.set_password(caller.name, password, kept_session_id=session_id)

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
