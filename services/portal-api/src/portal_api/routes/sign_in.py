"""``POST /api/session``: the sign-in, in one or two steps, the only routes without a caller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, Request, Response

from portal_api.accounts.second_factor_schemas import CodeRequest, PendingSignInResponse
from portal_api.accounts.session_schemas import SessionResponse, SignInRequest, as_session
from portal_api.accounts.user import as_name
from portal_api.auth.dependencies import audit_change
from portal_api.auth.sign_in import NewPendingSignIn
from portal_api.errors import ForbiddenError
from portal_api.schemas.problems import PROBLEMS

if TYPE_CHECKING:
    from portal_api.auth.known_devices import KnownDevices
    from portal_api.auth.open_session import NewSession, SessionOpener
    from portal_api.auth.session_cookie import SessionCookie
    from portal_api.auth.sign_in import SignInService
    from portal_api.store.users import Users

UNKNOWN = "(unknown name)"
"""The audit's target for a name without an account, because users enter passwords as names."""
OFF = "Local accounts are off (PORTAL_API_LOCAL_ACCOUNTS): sign in with OpenID Connect"
EXPIRED = "(expired sign-in)"
"""The audit's target for a code without a pending sign-in."""
LOCKED: dict[int | str, dict[str, Any]] = {429: PROBLEMS[429]}
PENDING: dict[int | str, dict[str, Any]] = {
    202: {
        "model": PendingSignInResponse,
        "description": "The password is right. Send a code to `POST /api/session/code`.",
    }
}
CONFLICT: dict[int | str, dict[str, Any]] = {409: PROBLEMS[409]}


def sign_in(
    service: SignInService,
    users: Users,
    opener: SessionOpener,
    devices: KnownDevices,
    cookie: SessionCookie,
    *,
    is_on: bool,
) -> APIRouter:
    """Return the router of the sign-in, which needs no caller. ``is_on`` is false without local
    accounts.
    """
    router = APIRouter(tags=["Session"])

    @router.post("/session", responses=LOCKED | PENDING, response_model=SessionResponse)
    async def sign_in_with_password(
        request: Request, response: Response, entered: Annotated[SignInRequest, Body()]
    ) -> SessionResponse | Response:
        """Sign in and set the session's cookie.

        After five wrong passwords in a row, sign-ins with this name are refused in that network for
        a time, which doubles with each further wrong password. A browser in which the account has
        signed in before has a count of its own.

        An account with a second factor gets 202 and a cookie for `POST /api/session/code` instead.
        """
        if not is_on:
            raise ForbiddenError(OFF)
        name = as_name(entered.name)
        audit_change(request, name if await users.find(name) else UNKNOWN)
        new = await service.sign_in(
            name,
            entered.password.get_secret_value(),
            devices.source_of(request, name),
            opener.origin_of(request),
        )
        if isinstance(new, NewPendingSignIn):
            return _pending_response(new)
        return await _session_response(request, response, new)

    @router.post("/session/code", responses=LOCKED | CONFLICT)
    async def sign_in_with_code(
        request: Request, response: Response, entered: Annotated[CodeRequest, Body()]
    ) -> SessionResponse:
        """Finish a sign-in with a code of the second factor, in the browser that entered the
        password, within five minutes. A wrong code counts as a wrong password.
        """
        token = cookie.token_of(request)
        name = await service.name_of_pending(token)
        audit_change(request, name or EXPIRED)
        new = await service.finish(
            token,
            entered.code.get_secret_value(),
            devices.source_of(request, name or ""),
            opener.origin_of(request),
        )
        cookie.delete(response)
        return await _session_response(request, response, new)

    async def _session_response(
        request: Request, response: Response, new: NewSession
    ) -> SessionResponse:
        caller = opener.set_cookie(request, response, new)
        await devices.remember(request, response, new.user.name)
        return as_session(caller, new.token, new.user)

    def _pending_response(new: NewPendingSignIn) -> Response:
        body = PendingSignInResponse(expires_at=new.pending.ends_at).model_dump_json()
        response = Response(body, 202, media_type="application/json")
        cookie.set(response, new.token)
        return response

    return router
