"""The address of the portal and the key, from the environment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_URL = "http://127.0.0.1:8600"


@dataclass(frozen=True)
class Connection:
    """Where the portal is, and the key that opens it."""

    url: str
    api_key: str = field(repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Connection:
        """Return the connection that MBOC_URL and MBOC_API_KEY describe."""
        return cls(
            url=environment.get("MBOC_URL", DEFAULT_URL),
            api_key=environment.get("MBOC_API_KEY", ""),
        )
