"""An account as it is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from portal_api.accounts.roles import Role


@dataclass(frozen=True, slots=True)
class User:
    """One account; ``epoch`` grows with whatever ends its sessions, ``password`` is a hash."""

    name: str
    role: Role
    enabled: bool
    epoch: int
    password: str = field(repr=False)
    created_at: datetime
    password_changed_at: datetime
    signed_in_at: datetime | None = None
    preferences: str = "{}"

    def told(self) -> dict[str, Any]:
        """Return what the audit says of it."""
        return {"name": self.name, "role": str(self.role), "enabled": self.enabled}
