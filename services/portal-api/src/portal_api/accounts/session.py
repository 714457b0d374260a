"""A session and its lifetime."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal_api.accounts.roles import Role

USE_INTERVAL = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in of one account. ``session_id`` is the hash of its token.

    ``verified_at`` is the last time when the person proved the identity.
    """

    session_id: str
    name: str
    role: Role
    created_at: datetime
    seen_at: datetime
    verified_at: datetime


@dataclass(frozen=True, slots=True)
class SessionLifetimes:
    """The lifetime of an unused session, and of every session."""

    idle: timedelta
    whole: timedelta

    def end_of(self, session: Session) -> datetime:
        """Return the end of the session, unless it is used again."""
        return min(session.created_at + self.whole, session.seen_at + self.idle)

    def is_use_due(self, session: Session, now: datetime) -> bool:
        """Whether this use is recorded.

        At most one use a minute is, or one in each tenth of a shorter idle time.
        """
        return now - session.seen_at > min(USE_INTERVAL, self.idle / 10)
