"""Sign-in: a name and a password, and a code where the account has a second factor -> a session.

Neither the answer nor its time tells a guesser which names exist.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from portal_api.accounts.session import Restriction
from portal_api.accounts.tokens import new_token, token_hash
from portal_api.auth.credentials import WRONG_CODE
from portal_api.errors import UnknownCallerError
from portal_api.store.pending_sign_ins import PENDING_LIFETIME, PendingSignIn

if TYPE_CHECKING:
    from portal_api.accounts.lockout import TrySource
    from portal_api.accounts.second_factor import SecondFactorPolicy
    from portal_api.accounts.session import SessionOrigin
    from portal_api.accounts.user import User
    from portal_api.auth.credentials import Credentials
    from portal_api.auth.open_session import NewSession, SessionOpener
    from portal_api.auth.password_hasher import PasswordHasher
    from portal_api.store.pending_sign_ins import PendingSignIns
    from portal_api.store.users import Users

WRONG = "The name or the password is wrong"
"""The same sentence for an unknown name, a wrong password and a disabled account."""
PENDING_ENDED = "The sign-in has expired: enter the name and the password again"


class NewPendingSignIn(NamedTuple):
    """A sign-in that waits for a code, with the token of its browser, which is not stored."""

    pending: PendingSignIn
    token: str


class SignInService:
    """Signs accounts in. Every name takes the same steps, and a try is counted before it."""

    def __init__(
        self,
        users: Users,
        opener: SessionOpener,
        credentials: Credentials,
        hasher: PasswordHasher,
        pending: PendingSignIns,
        policy: SecondFactorPolicy,
    ) -> None:
        self._users = users
        self._opener = opener
        self._credentials = credentials
        self._hasher = hasher
        self._pending = pending
        self._policy = policy

    async def sign_in(
        self, name: str, password: str, source: TrySource, origin: SessionOrigin
    ) -> NewSession | NewPendingSignIn:
        """Return a new session, or a pending sign-in for an account with a second factor.

        Raises LockedError, UnknownCallerError and BusyError.
        """
        await self._credentials.count_try(name, source)
        user = await self._credentials.user_of(name, password, source)
        if user is None or not user.enabled:
            await self._users.count_failed_sign_in(name)
            raise UnknownCallerError(WRONG)
        if self._hasher.is_outdated(user.password):
            await self._users.rehash(user, await self._hasher.hash_known(password))
        if user.second_factor:
            return await self._wait_for_code(user)
        return await self._open(user, source, origin, WRONG)

    async def finish(
        self, token: str, code: str, source: TrySource, origin: SessionOrigin
    ) -> NewSession:
        """Return the session of a pending sign-in whose code is right.

        Raises LockedError, UnknownCallerError, BusyError and ConflictError.
        """
        pending, user = await self._pending_of(token)
        await self._credentials.count_try(user.name, source)
        if not await self._credentials.use_code(user, code):
            await self._users.count_failed_sign_in(user.name)
            raise UnknownCallerError(f"The code {WRONG_CODE}")
        if not await self._pending.close(pending.pending_id):
            raise UnknownCallerError(PENDING_ENDED)
        return await self._open(user, source, origin, PENDING_ENDED)

    async def name_of_pending(self, token: str) -> str | None:
        """Return the account of a pending sign-in, or None when it has expired."""
        pending = await self._pending.find(token_hash(token), datetime.now(UTC))
        return pending.name if pending else None

    def restriction_of(self, user: User) -> Restriction | None:
        """Return the step that the account must take first."""
        if user.must_change_password:
            return Restriction.PASSWORD
        if user.second_factor is None and self._policy.requires(user.role):
            return Restriction.SECOND_FACTOR
        return None

    async def _wait_for_code(self, user: User) -> NewPendingSignIn:
        token, ends_at = new_token(), datetime.now(UTC) + PENDING_LIFETIME
        pending = PendingSignIn(token_hash(token), user.name, user.epoch, ends_at)
        await self._pending.open(pending)
        return NewPendingSignIn(pending, token)

    async def _pending_of(self, token: str) -> tuple[PendingSignIn, User]:
        pending = await self._pending.find(token_hash(token), datetime.now(UTC))
        user = await self._users.find(pending.name) if pending else None
        if pending is None or user is None or not user.enabled or user.epoch != pending.epoch:
            raise UnknownCallerError(PENDING_ENDED)
        return pending, user

    async def _open(
        self, user: User, source: TrySource, origin: SessionOrigin, refusal: str
    ) -> NewSession:
        await self._credentials.record_success(user.name, source)
        return await self._opener.open(
            user,
            datetime.now(UTC),
            origin,
            refusal=refusal,
            restriction=self.restriction_of(user),
        )
