"""Counts wrong secrets by network, in bounded memory (OWASP ASVS 4.0.3, 2.2.1)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from common.client_address import lockout_key_of

if TYPE_CHECKING:
    from collections.abc import Callable

FREE = 10
"""Wrong secrets of one network in an interval that are answered 401. The next ones get 429."""
INTERVAL_S = 60.0
MAX_NETWORKS = 10_000
"""Most networks that are counted. The oldest count makes place for a new network."""


class _Count(NamedTuple):
    wrong: int
    until: float


class WrongSecrets:
    """The wrong secrets of each network in the last interval.

    A right secret is always accepted. Behind a reverse proxy all callers can have one address, so
    a refusal by address would let a stranger keep a source out. No number of guesses finds a secret
    of 32 random characters, so the count only answers and shows those who guess.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._counts: dict[str, _Count] = {}

    def record(self, address: str) -> float | None:
        """Count one wrong secret. Return the seconds to wait when there were too many."""
        network, now = lockout_key_of(address), self._now()
        before = self._counts.pop(network, None)
        if before is None or before.until <= now:
            before = _Count(0, now + INTERVAL_S)
        if len(self._counts) >= MAX_NETWORKS:
            del self._counts[next(iter(self._counts))]
        self._counts[network] = _Count(before.wrong + 1, before.until)
        return before.until - now if before.wrong >= FREE else None
