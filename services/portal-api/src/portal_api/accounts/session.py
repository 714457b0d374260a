"""A session, its lifetime, and the acts that it is restricted to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from portal_api.accounts.roles import Role
from portal_api.accounts.tokens import token_hash

USE_INTERVAL = timedelta(minutes=1)
DEFAULT_VERIFICATION = timedelta(minutes=10)
MAX_SESSIONS = 20
"""Sessions of one account at the same time. A further sign-in ends the oldest session."""
_PUBLIC_ID_LENGTH = 16


class Restriction(StrEnum):
    """The step that an account must take before its session may do anything else.

    OWASP ASVS 4.0.3, 2.3.1 (first passwords) and 4.3.1 (administrators have a second factor).
    """

    PASSWORD = "password"  # noqa: S105 - the name of a step
    SECOND_FACTOR = "second_factor"


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in of one account. ``session_id`` is the hash of its token.

    ``verified_at`` is the last time when the user proved the identity: at the sign-in, or again
    before a sensitive act.
    """

    session_id: str
    name: str
    role: Role
    created_at: datetime
    seen_at: datetime
    verified_at: datetime
    address: str = ""
    browser: str = ""
    restriction: Restriction | None = None

    @property
    def public_id(self) -> str:
        """The id of the session in the API. It opens no session."""
        return token_hash(self.session_id)[:_PUBLIC_ID_LENGTH]


@dataclass(frozen=True, slots=True)
class SessionOrigin:
    """The address and browser of a sign-in, and the session that the browser had before."""

    address: str
    browser: str
    earlier_session_id: str | None = None


@dataclass(frozen=True, slots=True)
class SessionLifetimes:
    """The lifetime of an unused session, of every session, and of a verification."""

    idle: timedelta
    whole: timedelta
    verification: timedelta = DEFAULT_VERIFICATION

    def end_of(self, session: Session) -> datetime:
        """Return the end of the session, unless it is used again."""
        return min(session.created_at + self.whole, session.seen_at + self.idle)

    def verified_until(self, session: Session) -> datetime:
        """Return the time until which the session may do sensitive acts."""
        return session.verified_at + self.verification

    def is_use_due(self, session: Session, now: datetime) -> bool:
        """Whether this use is recorded.

        At most one use a minute is, or one in each tenth of a shorter idle time.
        """
        return now - session.seen_at > min(USE_INTERVAL, self.idle / 10)
