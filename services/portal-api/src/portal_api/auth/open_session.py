"""Opens the session of an account that proved its identity, and gives its cookie to the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from portal_api.accounts.browser import browser_name
from portal_api.accounts.roles import Caller
from portal_api.accounts.session import Session, SessionOrigin
from portal_api.accounts.tokens import new_token, token_hash
from portal_api.errors import UnknownCallerError

if TYPE_CHECKING:
    from datetime import datetime

    from fastapi import Request, Response

    from portal_api.accounts.session import Restriction
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

    def origin_of(self, request: Request) -> SessionOrigin:
        """Return the address and browser of a sign-in, and the session that the browser has."""
        earlier = self._cookie.token_of(request)
        return SessionOrigin(
            request.state.address,
            browser_name(request.headers.get("user-agent", "")),
            token_hash(earlier) if earlier else None,
        )

    async def open(
        self,
        user: User,
        now: datetime,
        origin: SessionOrigin,
        *,
        refusal: str = CHANGED,
        restriction: Restriction | None = None,
        verified_at: datetime | None = None,
    ) -> NewSession:
        """Store the session first. An account that is disabled at the same time either ends the
        session, or the second step sees that it is disabled.

        ``verified_at`` is the time when the user proved the identity, if that was before now. The
        earlier session of the browser ends. Raises UnknownCallerError with the sentence
        ``refusal``.
        """
        token = new_token()
        session = Session(
            session_id=token_hash(token),
            name=user.name,
            role=user.role,
            created_at=now,
            seen_at=now,
            verified_at=verified_at or now,
            address=origin.address,
            browser=origin.browser,
            restriction=restriction,
        )
        await self._sessions.open(session)
        if not await self._users.record_sign_in(user, now):
            await self._sessions.close(session.session_id)
            raise UnknownCallerError(refusal)
        if origin.earlier_session_id:
            await self._sessions.close(origin.earlier_session_id)
        return NewSession(session, token, await self._users.get(user.name))

    def set_cookie(self, request: Request, response: Response, new: NewSession) -> Caller:
        """Set the session's cookie, and return the caller that the request now has."""
        caller = Caller(
            new.user.name,
            new.user.role,
            request.state.address,
            "session",
            new.session.session_id,
            self._sessions.verified_until(new.session),
            new.session.restriction,
        )
        request.state.caller = caller
        self._cookie.set(response, new.token)
        return caller
