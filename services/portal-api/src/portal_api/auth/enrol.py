"""Enrols, changes and disables the second factor of a signed-in user."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import segno

from portal_api.accounts.second_factor import (
    is_time_code,
    matching_step,
    new_recovery_codes,
    new_secret,
    normalize_code,
    otpauth_uri,
)
from portal_api.accounts.second_factor_schemas import SecondFactorOffered, SecondFactorState
from portal_api.errors import ConflictError, InvalidFieldError

if TYPE_CHECKING:
    from portal_api.accounts.second_factor import SecondFactorPolicy
    from portal_api.accounts.user import User
    from portal_api.store.second_factors import SecondFactors
    from portal_api.store.sessions import Sessions
    from portal_api.store.users import Users

NO_OFFER = "There is no secret to confirm, or it has expired: begin the enrolment again"
NO_FACTOR = "Your account has no second factor"
REQUIRED = "Your account needs a second factor: enrol another one instead of disabling it"
CHANGED = "The second factor was changed meanwhile: read it again"
QR_SCALE = 5


class SecondFactorService:
    """The second factors of accounts, from the offer of a secret to their end."""

    def __init__(
        self, users: Users, sessions: Sessions, factors: SecondFactors, policy: SecondFactorPolicy
    ) -> None:
        self._users = users
        self._sessions = sessions
        self._factors = factors
        self._policy = policy

    async def state(self, name: str) -> SecondFactorState:
        """Return the state of the account's second factor."""
        user = await self._users.get(name)
        factor = user.second_factor
        return SecondFactorState(
            enrolled_at=factor.enrolled_at if factor else None,
            recovery_codes_left=len(factor.recovery_codes) if factor else 0,
            is_required=self._policy.requires(user.role),
        )

    async def offer(self, name: str) -> SecondFactorOffered:
        """Return a new secret. The present second factor stays until a code confirms the secret."""
        (await self._users.get(name)).require_password()
        secret = new_secret()
        await self._factors.offer(name, secret)
        uri = otpauth_uri(secret, name)
        image = segno.make(uri, micro=False).svg_data_uri(scale=QR_SCALE, dark="#000", light="#fff")
        return SecondFactorOffered(secret=secret, uri=uri, qr_code=image)

    async def confirm(self, name: str, text: str, session_id: str) -> list[str]:
        """Enrol the offered secret, end the other sessions, and return the recovery codes.

        The first code is used up. Raises ConflictError and InvalidFieldError.
        """
        offer, now = (await self._users.get(name)).second_factor_offer, datetime.now(UTC)
        if offer is None or offer.is_expired(now):
            raise ConflictError(NO_OFFER)
        code = normalize_code(text)
        secret = self._factors.secret_of(name, offer)
        step = matching_step(secret, code, now) if is_time_code(code) else None
        if step is None:
            raise InvalidFieldError(
                "code", "is not the present code of the app: check the clock of the phone"
            )
        codes = new_recovery_codes()
        if not await self._factors.enrol(name, offer, step, codes):
            raise ConflictError(NO_OFFER)
        await self._sessions.close_all(name, kept_session_id=session_id)
        await self._sessions.restrict(session_id, None)
        return codes.codes

    async def replace_recovery_codes(self, name: str) -> list[str]:
        """Return new recovery codes. The earlier ones end. Raises ConflictError."""
        factor = (await self._users.get(name)).second_factor
        if factor is None:
            raise ConflictError(NO_FACTOR)
        codes = new_recovery_codes()
        if not await self._factors.replace_recovery_codes(name, factor, codes):
            raise ConflictError(CHANGED)
        return codes.codes

    async def refuse_disabling(self, name: str) -> None:
        """Raise ConflictError when the account has no second factor, or needs one."""
        user = await self._users.get(name)
        if user.second_factor is None:
            raise ConflictError(NO_FACTOR)
        if self._policy.requires(user.role):
            raise ConflictError(REQUIRED)

    async def disable(self, user: User) -> None:
        """Remove the second factor of an account whose owner proved it. Raises ConflictError."""
        if user.second_factor is None or not await self._factors.disable(
            user.name, user.second_factor
        ):
            raise ConflictError(CHANGED)
