"""How fast deliveries are asked for."""

from __future__ import annotations


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
