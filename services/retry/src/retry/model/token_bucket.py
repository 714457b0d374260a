"""A token bucket: limits the rate at which deliveries are requested."""

from __future__ import annotations

import asyncio
import time

MIN_WAIT_S = 0.25
"""Shortest wait for tokens, so that requests are published in batches instead of one by one."""


class TokenBucket:
    """Fills with ``per_second`` tokens, and holds the tokens of one second at most.

    The caller passes the time in seconds, so that tests need no clock.
    """

    def __init__(self, per_second: float, now: float) -> None:
        self._per_second = per_second
        self._filled_at = now
        self._tokens = 1.0

    def available(self, now: float) -> int:
        """Return the number of whole tokens at this time."""
        earned = (now - self._filled_at) * self._per_second
        self._tokens = min(max(self._per_second, 1.0), self._tokens + earned)
        self._filled_at = now
        return int(self._tokens)

    def consume(self, count: int) -> None:
        """Remove tokens."""
        self._tokens -= count

    async def take(self, limit: int) -> int:
        """Wait for a token, then consume all tokens up to the limit and return their number."""
        missing = 1 - self._tokens - (time.monotonic() - self._filled_at) * self._per_second
        if missing > 0:
            await asyncio.sleep(max(MIN_WAIT_S, missing / self._per_second))
        count = max(1, min(limit, self.available(time.monotonic())))
        self.consume(count)
        return count
