"""The three roles; each may do what the one before may."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """A viewer looks, an operator retries, archives and takes notes, an admin changes
    connectors and accounts.
    """

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"

    def may(self, needed: Role) -> bool:
        """Whether this role includes the one that is needed."""
        order = list(Role)
        return order.index(self) >= order.index(needed)

    def at_most(self, other: Role) -> Role:
        """Return the lesser of the two."""
        return self if other.may(self) else other


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request, with which role, from which address, and what proved it.

    ``name`` is an account's, for an API key that of its owner. ``via`` is "session", "API key <id>"
    or the setting's name; ``session_id`` is set for a session only.
    """

    name: str
    role: Role
    address: str
    via: str = ""
    session_id: str | None = None
