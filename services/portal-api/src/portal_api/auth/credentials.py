"""Checks the passwords and codes of accounts. Every try is counted before it is checked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from common.client_address import network_of
from portal_api.accounts.second_factor import (
    is_time_code,
    matching_recovery_hash,
    matching_step,
    normalize_code,
)
from portal_api.errors import InvalidFieldError, LockedError
from portal_api.metrics import CODES, SIGN_INS

if TYPE_CHECKING:
    from portal_api.accounts.lockout import TrySource
    from portal_api.accounts.user import User
    from portal_api.auth.password_hasher import PasswordHasher
    from portal_api.store.second_factors import SecondFactors
    from portal_api.store.sign_ins import SignIns
    from portal_api.store.users import Users

WRONG_CODE = "is wrong or was used before: wait for the next one, and check the clock of the phone"


class Credentials:
    """Checks passwords and codes against the lock-out.

    Failures are forgotten only after every factor of the account was right. A right password
    before a wrong code forgets nothing, so switching between the two gains no further guesses.
    """

    def __init__(
        self, users: Users, sign_ins: SignIns, hasher: PasswordHasher, factors: SecondFactors
    ) -> None:
        self._users = users
        self._sign_ins = sign_ins
        self._hasher = hasher
        self._factors = factors

    async def count_try(self, name: str, source: TrySource) -> None:
        """Count a try before it is checked. Raises LockedError, and BusyError without a count."""
        self._hasher.raise_if_busy(*_callers(name, source))
        if wait := await self._sign_ins.begin(name, source, datetime.now(UTC)):
            SIGN_INS.labels("locked").inc()
            raise LockedError(wait)

    async def record_success(self, name: str, source: TrySource) -> None:
        """Forget the failures, after every factor of the account was right."""
        await self._sign_ins.record_success(name, source, datetime.now(UTC))

    async def user_of(self, name: str, password: str, source: TrySource) -> User | None:
        """Return the account if the password is right. An unknown name takes as long."""
        user = await self._users.find(name)
        is_right = await self._hasher.matches(
            user.password or None if user else None, password, *_callers(name, source)
        )
        SIGN_INS.labels("right" if is_right else "wrong").inc()
        return user if is_right else None

    async def use_code(self, user: User, text: str) -> bool:
        """Whether the text is a code of the account's second factor. It is used up.

        Of two requests with one code only one gets true. Raises ConflictError when the secret
        cannot be opened.
        """
        is_right = await self._use(user, normalize_code(text))
        CODES.labels("right" if is_right else "wrong").inc()
        return is_right

    async def _use(self, user: User, code: str) -> bool:
        if (factor := user.second_factor) is None:
            return False
        if not is_time_code(code):
            hashed = matching_recovery_hash(factor.salt, code, factor.recovery_codes)
            return hashed is not None and await self._factors.use_recovery_code(
                user.name, factor, hashed
            )
        step = matching_step(self._factors.secret_of(user.name, factor), code, datetime.now(UTC))
        return step is not None and await self._factors.use_step(user.name, factor, step)

    async def verify(self, name: str, password: str, code: str, source: TrySource) -> User:
        """Return the account of a signed-in user who proves the identity again.

        A thief of a session must not guess either, so failures count for the session.
        Raises LockedError, BusyError, and InvalidFieldError for ``password`` or ``code``.
        """
        await self.count_try(name, source)
        user = await self.user_of(name, password, source)
        if user is None:
            raise InvalidFieldError("password", "is not your password")
        if user.second_factor and not code:
            raise InvalidFieldError("code", "enter a code of your authenticator app")
        if user.second_factor and not await self.use_code(user, code):
            raise InvalidFieldError("code", WRONG_CODE)
        await self.record_success(name, source)
        return user

    async def is_password_of(self, name: str, password: str, source: TrySource) -> bool:
        """Whether the password is the account's. Raises LockedError and BusyError."""
        await self.count_try(name, source)
        user = await self.user_of(name, password, source)
        if user is not None and user.second_factor is None:
            await self.record_success(name, source)
        return user is not None


def _callers(name: str, source: TrySource) -> tuple[str, str]:
    """Return the callers whose passwords wait for the hasher, each of which has few places."""
    return f"name {name}", f"network {network_of(source.address)}"
