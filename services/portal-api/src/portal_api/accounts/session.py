"""What a session is, and how long it lives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal_api.accounts.roles import Role

A_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in of one account; ``session_id`` is the hash of its token."""

    session_id: str
    name: str
    role: Role
    created_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class SessionLifetimes:
    """How long a session lives unused, and at all."""

    idle: timedelta
    whole: timedelta

    def end_of(self, session: Session) -> datetime:
        """Return when it ends, unless it is used once more."""
        return min(session.created_at + self.whole, session.seen_at + self.idle)

    def is_worth_noting(self, session: Session, now: datetime) -> bool:
        """Whether this use is written down: one a minute will do, or one in ten of a short life."""
        return now - session.seen_at > min(A_MINUTE, self.idle / 10)
