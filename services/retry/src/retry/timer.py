"""The timer job: of all replicas the one with the lease acts at each moment of the schedule."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

import structlog

from retry.metrics import CRON_RUNS, LAST_SUCCESS, NEXT_RUN

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from retry.schedule import Schedule

    class Clock(Protocol):
        """The lease."""

        async def is_mine(self) -> bool:
            """Whether this replica acts."""
            ...

        async def begin(self, tick: datetime) -> bool:
            """Whether the tick is this replica's."""
            ...

    class Requeue(Protocol):
        """The work."""

        async def __call__(self) -> int:
            """Ask for each Failed delivery once."""
            ...

        async def resume(self) -> int:
            """Finish what a killed replica began."""
            ...


log = structlog.get_logger()


class Timer:
    """Acts at every tick; a tick during which no replica ran is not made up for: the next one finds
    the same deliveries.
    """

    def __init__(self, schedule: Schedule, clock: Clock, requeue: Requeue, beat_s: float) -> None:
        self._schedule = schedule
        self._clock = clock
        self._requeue = requeue
        self._beat_s = beat_s
        self._working: asyncio.Task[None] | None = None

    async def run(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Beat until cancelled: keep the lease, and begin each tick when its moment has come."""
        following = self._schedule.after(now())
        while True:
            NEXT_RUN.set(following.timestamp() if following else 0)
            is_mine = await self._clock.is_mine()
            if is_mine and self._is_idle:
                self._work(self._resume)
            if following is not None and now() >= following:
                if is_mine and await self._clock.begin(following):
                    await self._idle()
                    self._work(self._tick)
                following = self._schedule.after(now())
            await asyncio.sleep(self._pause(following, now()))

    async def finish(self) -> None:
        """Wait for the work in hand."""
        await self._idle()

    @property
    def _is_idle(self) -> bool:
        return self._working is None or self._working.done()

    def _work(self, work: Callable[[], Awaitable[None]]) -> None:
        self._working = asyncio.ensure_future(work())

    async def _idle(self) -> None:
        if self._working is not None:
            await self._working

    async def _tick(self) -> None:
        CRON_RUNS.inc()
        log.info("the timer job ran", requeued=await self._requeue())
        LAST_SUCCESS.set_to_current_time()

    async def _resume(self) -> None:
        if resumed := await self._requeue.resume():
            log.warning("finished what another replica had begun", requeued=resumed)

    def _pause(self, following: datetime | None, now: datetime) -> float:
        """Wake for the tick, and often enough to keep the lease."""
        return (
            self._beat_s
            if following is None
            else max(0.05, min(self._beat_s, (following - now).total_seconds()))
        )
