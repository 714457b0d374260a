"""A lease in memory."""

from __future__ import annotations

from datetime import datetime

from retry.store.lease import Lease


class FakeLease(Lease):
    """A lease that this replica holds until ``is_held`` is set to False."""

    def __init__(self) -> None:
        self.is_held = True
        self.ticks: list[datetime] = []

    async def acquire(self) -> bool:
        return self.is_held

    async def begin_tick(self, tick: datetime) -> bool:
        self.ticks.append(tick)
        return True
