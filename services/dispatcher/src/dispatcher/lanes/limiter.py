"""How many calls at once, and how many a second."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from common.contracts.connector import Limits


class Limiter:
    """Spaces the calls of one connector on this replica."""

    def __init__(self, limits: Limits) -> None:
        self._slots = asyncio.Semaphore(limits.calls_in_flight)
        self._interval_s = 1 / limits.calls_per_second if limits.calls_per_second else 0.0
        self._next_at = 0.0

    @contextlib.asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Hold one of the calls in flight inside this block."""
        async with self._slots:
            if self._interval_s:
                await self._wait_turn()
            yield

    async def _wait_turn(self) -> None:
        now = asyncio.get_running_loop().time()
        turn = max(now, self._next_at)
        self._next_at = turn + self._interval_s
        if turn > now:
            await asyncio.sleep(turn - now)
