"""The second factor of an account: codes of an authenticator app, and recovery codes.

RFC 6238 (TOTP) and OWASP ASVS 4.0.3, 2.6 and 2.8: each code is accepted once.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import pyotp

from portal_api.accounts.roles import Role
from portal_api.accounts.tokens import is_same

if TYPE_CHECKING:
    from collections.abc import Collection

ISSUER = "Back Office Connector"
STEP_S = 30
DIGITS = 6
WINDOW = 1
"""Time steps before and after the present one that are accepted, for clocks that differ."""
OFFER_LIFETIME = timedelta(minutes=15)
RECOVERY_CODES = 10
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Characters of a recovery code, without those that look alike."""
_RECOVERY_LENGTH = 16
_GROUP = 4


class SecondFactorPolicy(StrEnum):
    """The accounts that need a second factor."""

    OPTIONAL = "optional"
    ADMINS = "admins"
    EVERYONE = "everyone"

    def requires(self, role: Role) -> bool:
        """Whether accounts of this role need a second factor."""
        return self is SecondFactorPolicy.EVERYONE or (
            self is SecondFactorPolicy.ADMINS and role is Role.ADMIN
        )


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """The second factor as it is stored. ``secret`` is sealed, ``recovery_codes`` are hashes.

    ``last_step`` is the time step of the last accepted code. Only later ones are accepted.
    """

    secret: str = field(repr=False)
    enrolled_at: datetime
    last_step: int
    salt: str = field(repr=False)
    recovery_codes: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class SecondFactorOffer:
    """A sealed secret that an account has not confirmed with a first code."""

    secret: str = field(repr=False)
    offered_at: datetime

    def is_expired(self, now: datetime) -> bool:
        """Whether the offer is too old to be confirmed."""
        return now - self.offered_at > OFFER_LIFETIME


class RecoveryCodes(NamedTuple):
    """New recovery codes, with the salt and the hashes that are stored."""

    codes: list[str]
    salt: str
    hashes: list[str]


def second_factor_context(name: str) -> str:
    """Return the context of the sealed secret of an account."""
    return f"account {name}.second_factor"


def new_secret() -> str:
    """Return a new secret of 160 bits in base32 (RFC 4226, section 4, R6)."""
    return pyotp.random_base32()


def otpauth_uri(secret: str, name: str) -> str:
    """Return the address that authenticator apps read from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def normalize_code(text: str) -> str:
    """Return a code without blanks and dashes, in capitals, as it is compared."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return "".join(char for char in plain if not char.isspace() and char != "-")


def is_time_code(code: str) -> bool:
    """Whether a normalized code has the form of a code of an authenticator app."""
    return len(code) == DIGITS and code.isascii() and code.isdigit()


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """Return the time step of a normalized code within the window, or None for a wrong code."""
    totp, present = pyotp.TOTP(secret), int(now.timestamp()) // STEP_S
    steps = range(present - WINDOW, present + WINDOW + 1)
    # Every step is compared, so that the time of the answer does not depend on the match.
    matches = [step for step in steps if is_same(totp.generate_otp(step), code)]
    return max(matches, default=None)


def new_recovery_codes() -> RecoveryCodes:
    """Return ten codes of 80 random bits each, such as ABCD-EFGH-JKLM-NPQR.

    The salt makes a table of precomputed hashes useless (OWASP ASVS 4.0.3, 2.6.2).
    """
    salt = secrets.token_hex(16)
    plain = [
        "".join(secrets.choice(_ALPHABET) for _ in range(_RECOVERY_LENGTH))
        for _ in range(RECOVERY_CODES)
    ]
    groups = [
        "-".join(code[at : at + _GROUP] for at in range(0, _RECOVERY_LENGTH, _GROUP))
        for code in plain
    ]
    return RecoveryCodes(groups, salt, [recovery_hash(salt, code) for code in plain])


def recovery_hash(salt: str, code: str) -> str:
    """Return the hash of a normalized recovery code."""
    return hashlib.sha256(f"{salt}{code}".encode()).hexdigest()


def matching_recovery_hash(salt: str, code: str, hashes: Collection[str]) -> str | None:
    """Return the stored hash of a normalized recovery code, or None."""
    hashed = recovery_hash(salt, code)
    return next((stored for stored in hashes if is_same(stored, hashed)), None)
