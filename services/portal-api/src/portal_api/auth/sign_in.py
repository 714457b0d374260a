"""Sign-in: a name and a password -> a session.

Neither the answer nor its time tells a guesser which names exist.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from common.client_address import network_of
from portal_api.errors import LockedError, UnknownCallerError
from portal_api.metrics import SIGN_INS

if TYPE_CHECKING:
    from portal_api.accounts.lockout import TrySource
    from portal_api.accounts.user import User
    from portal_api.auth.open_session import NewSession, SessionOpener
    from portal_api.auth.password_hasher import PasswordHasher
    from portal_api.store.sign_ins import SignIns
    from portal_api.store.users import Users

WRONG = "The name or the password is wrong"
"""The same sentence for an unknown name, a wrong password and a disabled account."""


class SignInService:
    """Signs accounts in. Every name takes the same steps, and a try is counted before it."""

    def __init__(
        self, users: Users, opener: SessionOpener, sign_ins: SignIns, hasher: PasswordHasher
    ) -> None:
        self._users = users
        self._opener = opener
        self._sign_ins = sign_ins
        self._hasher = hasher

    async def sign_in(self, name: str, password: str, source: TrySource) -> NewSession:
        """Return a new session. Raises LockedError, UnknownCallerError and BusyError."""
        user = await self._verified_user(name, password, source)
        if user is None or not user.enabled:
            raise UnknownCallerError(WRONG)
        now = datetime.now(UTC)
        await self._sign_ins.record_success(name, source, now)
        if self._hasher.is_outdated(user.password):
            await self._users.rehash(user, await self._hasher.hash_known(password))
        return await self._opener.open(user, now, WRONG)

    async def is_password_of(self, name: str, password: str, source: TrySource) -> bool:
        """Whether the password is the account's. Raises LockedError and BusyError.

        A caller with a session must not guess either, so wrong passwords count for the session.
        """
        user = await self._verified_user(name, password, source)
        if user is not None:
            await self._sign_ins.record_success(name, source, datetime.now(UTC))
        return user is not None

    async def _verified_user(self, name: str, password: str, source: TrySource) -> User | None:
        """Return the account if the password is right. A try that is not verified is not
        counted.
        """
        callers = f"name {name}", f"network {network_of(source.address)}"
        self._hasher.raise_if_busy(*callers)
        if wait := await self._sign_ins.begin(name, source, datetime.now(UTC)):
            SIGN_INS.labels("locked").inc()
            raise LockedError(wait)
        user = await self._users.find(name)
        is_right = await self._hasher.matches(user.password if user else None, password, *callers)
        SIGN_INS.labels("right" if is_right else "wrong").inc()
        return user if is_right else None
