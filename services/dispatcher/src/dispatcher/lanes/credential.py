"""A credential that connectors share: tried by one call at a time until it was accepted."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Credential:
    """One login at one host. Domains lock an account after a few wrong passwords.

    While a back office refuses it, no lane that was never let in with it tries it again before
    the pause is over.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until = 0.0
        self.trying = asyncio.Lock()
        self.reason = ""

    @property
    def refused_for_s(self) -> float:
        """Seconds for which it is not tried again; 0 when it may be tried."""
        return max(0.0, self._until - self._clock())

    def refuse(self, reason: str, for_s: float) -> None:
        """Remember that a back office refused it."""
        self.reason = reason
        self._until = self._clock() + for_s

    def accept(self) -> None:
        """Remember that it was accepted, or entered again."""
        self._until = 0.0
