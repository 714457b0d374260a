"""Opens the session of an account that proved its identity, and gives its cookie to the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from portal_api.accounts.roles import Caller
from portal_api.accounts.session import Session
from portal_api.accounts.tokens import new_token, token_hash
from portal_api.errors import UnknownCallerError

if TYPE_CHECKING:
    from datetime import datetime

    from fastapi import Request, Response

    from portal_api.accounts.user import User
    from portal_api.auth.session_cookie import SessionCookie
    from portal_api.store.sessions import Sessions
    from portal_api.store.users import Users

CHANGED = "The account was changed during the sign-in: sign in again"


class NewSession(NamedTuple):
    """A new session with its token, which is not stored."""

    session: Session
    token: str
    user: User


class SessionOpener:
    """Opens sessions. Every way to sign in ends here."""

    def __init__(self, users: Users, sessions: Sessions, cookie: SessionCookie) -> None:
        self._users = users
        self._sessions = sessions
        self._cookie = cookie

    async def open(self, user: User, now: datetime, refusal: str = CHANGED) -> NewSession:
        """Store the session first. An account that is disabled at the same time either ends the
        session, or the second step sees that it is disabled.

        Raises UnknownCallerError with the sentence ``refusal``.
        """
        token = new_token()
        session = Session(token_hash(token), user.name, user.role, now, now)
        await self._sessions.open(session)
        if not await self._users.record_sign_in(user, now):
            await self._sessions.close(session.session_id)
            raise UnknownCallerError(refusal)
        return NewSession(session, token, user)

    def set_cookie(self, request: Request, response: Response, new: NewSession) -> Caller:
        """Set the session's cookie, and return the caller that the request now has."""
        caller = Caller(
            new.user.name,
            new.user.role,
            request.state.address,
            "session",
            new.session.session_id,
        )
        request.state.caller = caller
        self._cookie.set(response, new.token)
        return caller
