"""An API key as it is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from portal_api.accounts.roles import Role

A_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key that acts for its owner; ``hash`` is all that is kept of it."""

    api_key_id: str
    name: str
    role: Role
    owner: str
    hash: str = field(repr=False)
    created_at: datetime
    expires_at: datetime | None = None
    used_at: datetime | None = None

    def is_expired(self, now: datetime) -> bool:
        """Whether its time is over."""
        return self.expires_at is not None and self.expires_at <= now

    def is_worth_noting(self, now: datetime) -> bool:
        """Whether this use is written down: one a minute will do."""
        return self.used_at is None or now - self.used_at > A_MINUTE

    def audit_view(self) -> dict[str, Any]:
        """Return what the audit says of it."""
        expires = self.expires_at.isoformat() if self.expires_at else None
        return {
            "api_key_id": self.api_key_id,
            "name": self.name,
            "role": str(self.role),
            "owner": self.owner,
            "expires_at": expires,
        }
