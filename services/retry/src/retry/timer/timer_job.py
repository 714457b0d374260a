"""The timer job: of all replicas the one with the lease acts at each moment of the schedule."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

import structlog

from retry.metrics import CRON_RUNS, LAST_SUCCESS, NEXT_RUN

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from retry.timer.schedule import Schedule

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

        async def __call__(self, goes_on: Callable[[], bool]) -> int:
            """Ask for each Failed delivery once, as long as it goes on."""
            ...

        async def resume(self) -> int:
            """Finish what a killed replica began."""
            ...


log = structlog.get_logger()
PATIENCE_S = 1.0


class Timer:
    """Acts at every tick; a tick during which no replica ran, or the run before was still at work,
    is not made up for: the next one finds the same deliveries.
    """

    def __init__(self, schedule: Schedule, clock: Clock, requeue: Requeue, beat_s: float) -> None:
        self._schedule = schedule
        self._clock = clock
        self._requeue = requeue
        self._beat_s = beat_s
        self._working: asyncio.Task[None] | None = None
        self._is_running = False
        self._is_mine = False
        self._is_stopping = False

    async def run(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Beat until cancelled: keep the lease, and begin each tick when its moment has come."""
        following = self._schedule.after(now())
        while True:
            NEXT_RUN.set(following.timestamp() if following else 0)
            self._is_mine = await self._clock.is_mine()
            due = following if following and now() >= following else None
            if self._is_mine and self._is_idle and not due:
                self._work(self._resume)
            if due and await self._act(due):
                following = self._schedule.after(now())
            await asyncio.sleep(self._pause(following, now()))

    async def finish(self) -> None:
        """Finish the part of a run that is in hand; the next run finds the rest."""
        self._is_stopping = True
        if self._working is not None:
            await self._working

    async def _act(self, tick: datetime) -> bool:
        """Begin the run of this tick; False while what a killed replica began is still in hand."""
        if self._is_mine and not self._is_idle and not self._is_running:
            return False
        if self._is_running:
            log.warning("the timer job left a run out: the one before is still at work")
        elif self._is_mine and await self._clock.begin(tick):
            self._work(self._tick)
        return True

    @property
    def _is_idle(self) -> bool:
        return self._working is None or self._working.done()

    def _work(self, work: Callable[[], Awaitable[None]]) -> None:
        self._working = asyncio.ensure_future(self._guarded(work))

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do it; an error ends this run alone, and operations go on."""
        try:
            await work()
        except Exception:
            log.exception("a run of the timer job failed")
        finally:
            self._is_running = False

    async def _tick(self) -> None:
        self._is_running = True
        CRON_RUNS.inc()
        log.info("the timer job ran", requeued=await self._requeue(self._goes_on))
        LAST_SUCCESS.set_to_current_time()

    def _goes_on(self) -> bool:
        return self._is_mine and not self._is_stopping

    async def _resume(self) -> None:
        if resumed := await self._requeue.resume():
            log.warning("finished what another replica had begun", requeued=resumed)

    def _pause(self, following: datetime | None, now: datetime) -> float:
        """Wake for the tick, and often enough to keep the lease."""
        return (
            self._beat_s
            if following is None
            else max(
                0.05 if following > now else PATIENCE_S,
                min(self._beat_s, (following - now).total_seconds()),
            )
        )
