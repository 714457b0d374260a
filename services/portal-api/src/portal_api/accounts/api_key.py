"""The stored form of an API key."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from portal_api.accounts.roles import Role

USE_INTERVAL = timedelta(minutes=1)
DEFAULT_LIFETIME = timedelta(days=90)
MAX_LIFETIME = timedelta(days=366)
"""Longest lifetime of a key that no admin created."""
MAX_API_KEYS = 50
"""API keys of one owner, expired ones included."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key that acts for its owner. Only the hash of the key itself is stored."""

    api_key_id: str
    name: str
    role: Role
    owner: str
    hash: str = field(repr=False)
    created_at: datetime
    expires_at: datetime | None = None
    used_at: datetime | None = None

    def is_expired(self, now: datetime) -> bool:
        """Whether the key has expired."""
        return self.expires_at is not None and self.expires_at <= now

    def is_use_due(self, now: datetime) -> bool:
        """Whether this use is recorded. At most one use a minute is."""
        return self.used_at is None or now - self.used_at > USE_INTERVAL

    def audit_view(self) -> dict[str, Any]:
        """Return the fields of the key for the audit."""
        expires = self.expires_at.isoformat() if self.expires_at else None
        return {
            "api_key_id": self.api_key_id,
            "name": self.name,
            "role": str(self.role),
            "owner": self.owner,
            "expires_at": expires,
        }
