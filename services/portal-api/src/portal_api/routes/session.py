"""``/api/session``: signing in and out, and what everybody may change of their own account."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from portal_api.accounts.names import as_name
from portal_api.accounts.passwords import LONGEST, Password
from portal_api.accounts.preferences import as_text
from portal_api.accounts.roles import Caller, Role
from portal_api.accounts.tokens import csrf_token
from portal_api.errors import InvalidFieldError
from portal_api.routes.access import COOKIE, caller_of, noted, session_of
from portal_api.routes.problems import PROBLEMS

if TYPE_CHECKING:
    from portal_api.accounts.hashing import Hasher
    from portal_api.accounts.signing_in import SignIn
    from portal_api.store.sessions import Sessions
    from portal_api.store.users import Users

UNKNOWN = "(unknown name)"
"""What the audit says instead of a name that nobody has: people type passwords
where names belong.
"""
LOCKED: dict[int | str, dict[str, Any]] = {429: PROBLEMS[429]}


class SignInBody(BaseModel):
    """Who wants in."""

    model_config = ConfigDict(
        extra="forbid",
        hide_input_in_errors=True,
        json_schema_extra={"example": {"name": "admin", "password": "made-up"}},
    )

    name: str = Field(min_length=1, max_length=100)
    password: Password = Field(min_length=1, max_length=LONGEST)


class SessionShown(BaseModel):
    """Who is signed in. ``csrf_token`` goes with every write as X-CSRF-Token; an API key has
    none and needs none.
    """

    name: str
    role: Role
    csrf_token: str | None
    preferences: dict[str, Any]


class NewPassword(BaseModel):
    """One's own password, replaced."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    old: Password = Field(min_length=1, max_length=LONGEST)
    new: Password = Field(
        description="12 to 200 characters, not the name, not what everybody takes."
    )


def signing_in(sign_in: SignIn, users: Users, *, is_secure: bool) -> APIRouter:
    """Return the one route that nobody needs to be signed in for."""
    router = APIRouter(tags=["Session"])

    @router.post("/session", responses=LOCKED)
    async def sign_in_with_password(
        request: Request, response: Response, entered: Annotated[SignInBody, Body()]
    ) -> SessionShown:
        """Sign in: sets the session's cookie. After five wrong passwords in a row nothing is tried
        for a while, then for twice as long.
        """
        name = as_name(entered.name)
        noted(request, name if await users.find(name) else UNKNOWN)
        opened = await sign_in.open(
            name, entered.password.get_secret_value(), request.state.address
        )
        request.state.caller = Caller(
            opened.user.name,
            opened.user.role,
            request.state.address,
            "session",
            opened.session.session_id,
        )
        response.set_cookie(
            COOKIE, opened.token, path="/api", httponly=True, samesite="strict", secure=is_secure
        )
        response.headers["Cache-Control"] = "no-store"
        return _shown(request.state.caller, opened.token, opened.user.preferences)

    return router


def session(users: Users, sessions: Sessions, sign_in: SignIn, hasher: Hasher) -> APIRouter:
    """Return the routes of whoever is signed in."""
    router = APIRouter(prefix="/session", tags=["Session"])

    @router.get("")
    async def read_session(request: Request, response: Response) -> SessionShown:
        """Say who is signed in."""
        caller = caller_of(request)
        user = await users.find(caller.name)
        response.headers["Cache-Control"] = "no-store"
        return _shown(caller, request.cookies.get(COOKIE, ""), user.preferences if user else "{}")

    @router.delete("", status_code=204)
    async def sign_out(request: Request, response: Response) -> None:
        """Sign out: the session ends at once, everywhere, whoever else has its cookie."""
        caller, session_id = session_of(request)
        await sessions.close(session_id)
        noted(request, caller.name)
        response.delete_cookie(COOKIE, path="/api")

    @router.put("/password", status_code=204, responses=LOCKED)
    async def change_own_password(request: Request, given: Annotated[NewPassword, Body()]) -> None:
        """Change one's own password; all other sessions of the account end."""
        caller, session_id = session_of(request)
        noted(request, caller.name)
        if not await sign_in.proves(caller.name, given.old.get_secret_value(), caller.address):
            raise InvalidFieldError("old", "is not your password")
        password = await hasher.hashed(given.new.get_secret_value(), caller.name, "new")
        await users.set_password(caller.name, password, keep=session_id)

    @router.put("/preferences")
    async def change_preferences(
        request: Request, preferences: Annotated[dict[str, Any], Body()]
    ) -> dict[str, Any]:
        """Keep the account's preferences: any JSON object of at most 8 KiB."""
        caller, _ = session_of(request)
        noted(request, caller.name)
        await users.prefer(caller.name, as_text(preferences))
        return preferences

    return router


def _shown(caller: Caller, token: str, preferences: str) -> SessionShown:
    csrf = csrf_token(token) if caller.session_id else None
    return SessionShown(
        name=caller.name, role=caller.role, csrf_token=csrf, preferences=json.loads(preferences)
    )
