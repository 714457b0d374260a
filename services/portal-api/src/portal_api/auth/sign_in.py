"""Signing in: a name and a password -> a session; whoever guesses learns nothing from answers or
from how long they take.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from portal_api.accounts.session import Session
from portal_api.accounts.tokens import hashed, new_token
from portal_api.errors import LockedError, UnknownCallerError
from portal_api.metrics import SIGN_INS

if TYPE_CHECKING:
    from portal_api.accounts.user import User
    from portal_api.auth.password_hasher import PasswordHasher
    from portal_api.store.sessions import Sessions
    from portal_api.store.sign_ins import SignIns
    from portal_api.store.users import Users

WRONG = "The name or the password is wrong"
"""The one sentence for an unknown name, a wrong password and a disabled account."""


class NewSession(NamedTuple):
    """A new session, and its token, which is told once."""

    session: Session
    token: str
    user: User


class SignInService:
    """Counts first, then looks: the same steps for every name."""

    def __init__(
        self, users: Users, sessions: Sessions, sign_ins: SignIns, hasher: PasswordHasher
    ) -> None:
        self._users = users
        self._sessions = sessions
        self._sign_ins = sign_ins
        self._hasher = hasher

    async def sign_in(self, name: str, password: str, address: str) -> NewSession:
        """Return a session; raises LockedError, UnknownCallerError and BusyError."""
        user = await self._proved(name, password, address)
        if user is None or not user.enabled:
            raise UnknownCallerError(WRONG)
        now = datetime.now(UTC)
        await self._sign_ins.succeeded(name, address, now)
        if self._hasher.is_outdated(user.password):
            await self._users.rehash(user, await self._hasher.renewed(password))
        return await self._opened(user, now)

    async def proves(self, name: str, password: str, address: str) -> bool:
        """Whether it is the account's password: for somebody signed in, whose wrong answers
        are counted too.

        Raises LockedError.
        """
        user = await self._proved(name, password, address)
        if user is not None:
            await self._sign_ins.succeeded(name, address, datetime.now(UTC))
        return user is not None

    async def _proved(self, name: str, password: str, address: str) -> User | None:
        """Return the account if the password is its own; what was not looked at is not counted."""
        self._hasher.refuse_more()
        if wait := await self._sign_ins.begin(name, address, datetime.now(UTC)):
            SIGN_INS.labels("locked").inc()
            raise LockedError(wait)
        user = await self._users.find(name)
        is_right = await self._hasher.matches(user.password if user else None, password)
        SIGN_INS.labels("right" if is_right else "wrong").inc()
        return user if is_right else None

    async def _opened(self, user: User, now: datetime) -> NewSession:
        """Keep the session first: an account that is disabled meanwhile either ends it or
        is noticed here.
        """
        token = new_token()
        session = Session(hashed(token), user.name, user.role, now, now)
        await self._sessions.open(session)
        if not await self._users.signed_in(user, now):
            await self._sessions.close(session.session_id)
            raise UnknownCallerError(WRONG)
        return NewSession(session, token, user)
