"""The roles of callers, and the caller of a request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """A viewer reads, an operator also retries, archives and writes notes, and an admin also
    changes connectors and accounts.
    """

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"

    def may(self, needed: Role) -> bool:
        """Whether this role includes the needed role."""
        order = list(Role)
        return order.index(self) >= order.index(needed)

    def at_most(self, other: Role) -> Role:
        """Return the lower of the two roles."""
        return self if other.may(self) else other


@dataclass(frozen=True, slots=True)
class Caller:
    """The authenticated caller of a request.

    ``name`` is the account, or the owner of the API key. ``via`` is "session", "API key <id>" or
    the name of the setting. ``session_id``, ``verified_until`` and ``restriction`` are set for a
    session only, ``expires_at`` for an API key that ends.
    """

    name: str
    role: Role
    address: str
    via: str = ""
    session_id: str | None = None
    verified_until: datetime | None = None
    restriction: str | None = None
    expires_at: datetime | None = None
