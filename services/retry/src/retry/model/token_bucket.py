"""How fast deliveries are asked for."""

from __future__ import annotations

import asyncio
import time

TURN_S = 0.25
"""How long to gather what may be asked for, so that few go out together instead of one by one."""


class Pace:
    """So many per second, at most one second's worth at once; time is told by the
    caller, in seconds.
    """

    def __init__(self, per_second: float, now: float) -> None:
        self._per_second = per_second
        self._now = now
        self._allowance = 1.0

    def allowed(self, now: float) -> int:
        """Return how many may be asked for by now."""
        earned = (now - self._now) * self._per_second
        self._allowance, self._now = min(max(self._per_second, 1.0), self._allowance + earned), now
        return int(self._allowance)

    def spend(self, count: int) -> None:
        """Note that so many were asked for."""
        self._allowance -= count

    async def take(self, most: int) -> int:
        """Wait until at least one may be asked for; return how many may be, and note them."""
        missing = 1 - self._allowance - (time.monotonic() - self._now) * self._per_second
        if missing > 0:
            await asyncio.sleep(max(TURN_S, missing / self._per_second))
        count = max(1, min(most, self.allowed(time.monotonic())))
        self.spend(count)
        return count
