"""Measures how long the event loop is held by one piece of code."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

INTERVAL_S = 0.001


@dataclass
class LoopHold:
    """The longest hold in seconds of CPU time of the event loop's thread.

    CPU time does not grow with the load of the machine, as the time of the clock does.
    """

    longest_s: float = 0.0


@contextlib.asynccontextmanager
async def measured_hold() -> AsyncIterator[LoopHold]:
    """Measure the longest hold inside this block.

    The garbage collector leaves out the objects of earlier tests, whose number would count.
    """
    hold = LoopHold()

    async def tick() -> None:
        last = time.thread_time()
        while True:
            await asyncio.sleep(INTERVAL_S)
            now = time.thread_time()
            hold.longest_s = max(hold.longest_s, now - last)
            last = now

    gc.freeze()
    ticking = asyncio.create_task(tick())
    try:
        await asyncio.sleep(INTERVAL_S)
        yield hold
        await asyncio.sleep(2 * INTERVAL_S)
    finally:
        gc.unfreeze()
        ticking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await ticking
