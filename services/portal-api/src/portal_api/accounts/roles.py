"""The three roles; each may do what the one before may."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """A viewer looks, an operator retries, archives and takes notes, an admin changes connectors and accounts."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"

    def may(self, needed: Role) -> bool:
        """Whether this role includes the one that is needed."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request: an account's name or an API key's, its role, and the address it came from."""

    name: str
    role: Role
    address: str
