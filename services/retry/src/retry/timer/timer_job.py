"""The timer job: at each time of the schedule, the replica with the lease requeues."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog

from common.contracts.telemetry import TimerJob
from retry.metrics import CRON_RUNS, LAST_SUCCESS, NEXT_RUN

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from common.queue_depths import QueueDepths
    from retry.store.lease import Lease
    from retry.timer.failed_requeuer import FailedRequeuer
    from retry.timer.schedule import Schedule

log = structlog.get_logger()
OVERDUE_INTERVAL_S = 1.0
MIN_INTERVAL_S = 0.05


class OutcomeChecks:
    """Requests the due checks of unknown outcomes, every ``interval_s`` seconds at most."""

    def __init__(self, requeuer: FailedRequeuer, interval_s: float) -> None:
        self._requeuer = requeuer
        self._interval_s = interval_s
        self._begun_at = float("-inf")

    async def request_due(self, may_continue: Callable[[], bool]) -> None:
        """Request each due check once, until ``may_continue`` is False."""
        if time.monotonic() - self._begun_at < self._interval_s:
            return
        self._begun_at = time.monotonic()
        if requested := await self._requeuer.requeue_all(may_continue):
            log.info("asks back offices for records of unknown outcome", requested=requested)


class TimerJobRunner:
    """Starts a run at every tick of the schedule.

    A tick is skipped while no replica is up or the previous run still works. It is not made up
    for, because the next run finds the same deliveries. Between the runs the same lease covers the
    checks of unknown outcomes, which need no schedule.
    """

    def __init__(
        self,
        schedule: Schedule,
        lease: Lease,
        requeuer: FailedRequeuer,
        poll_interval_s: float,
        checks: OutcomeChecks | None = None,
    ) -> None:
        self._schedule = schedule
        self._lease = lease
        self._requeuer = requeuer
        self._poll_interval_s = poll_interval_s
        self._checks = checks
        self._working: asyncio.Task[None] | None = None
        self._is_running = False
        self._has_lease = False
        self._is_stopping = False

    async def run(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Renew the lease and start each due run, until cancelled."""
        following = self._schedule.after(now())
        while True:
            NEXT_RUN.set(following.timestamp() if following else 0)
            self._has_lease = await self._lease.acquire()
            due = following if following and now() >= following else None
            if self._has_lease and self._is_idle and not due:
                self._start(self._resume)
            if due and await self._handle_tick(due):
                following = self._schedule.after(now())
            await asyncio.sleep(self._pause(following, now()))

    async def finish(self) -> None:
        """End the current run after its current batch. The next run finds the rest."""
        self._is_stopping = True
        if self._working is not None:
            await self._working

    async def heartbeat_fields(self, _: QueueDepths) -> dict[str, TimerJob]:
        """Return the fields of a heartbeat that show the last and the next run."""
        return {
            "timer_job": TimerJob(
                expression=self._schedule.expression,
                time_zone=self._schedule.time_zone,
                trouble=self._schedule.error,
                last_run_at=await self._lease.last_tick(),
                next_run_at=self._schedule.after(datetime.now(UTC)),
            )
        }

    async def _handle_tick(self, tick: datetime) -> bool:
        """Start the run of this tick. Return False while a killed replica's run is resumed."""
        if self._has_lease and not self._is_idle and not self._is_running:
            return False
        if self._is_running:
            log.warning("the timer job skipped a run, because the previous run is still at work")
        elif self._has_lease and await self._lease.begin_tick(tick):
            self._start(self._run_once)
        return True

    @property
    def _is_idle(self) -> bool:
        return self._working is None or self._working.done()

    def _start(self, work: Callable[[], Awaitable[None]]) -> None:
        self._working = asyncio.ensure_future(self._guarded(work))

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        """Log an error of the work. It ends this run only, and operations continue."""
        try:
            await work()
        except Exception:
            log.exception("a run of the timer job failed")
        finally:
            self._is_running = False

    async def _run_once(self) -> None:
        self._is_running = True
        CRON_RUNS.inc()
        requeued = await self._requeuer.requeue_all(self._may_continue)
        log.info("the timer job ran", requeued=requeued)
        LAST_SUCCESS.set_to_current_time()

    def _may_continue(self) -> bool:
        return self._has_lease and not self._is_stopping

    async def _resume(self) -> None:
        if requeued := await self._requeuer.resume():
            log.warning("finished the run of another replica", requeued=requeued)
        if self._checks is not None:
            await self._checks.request_due(self._may_continue)

    def _pause(self, following: datetime | None, now: datetime) -> float:
        """Return the seconds until the next tick, or until the lease must be renewed."""
        if following is None:
            return self._poll_interval_s
        return max(
            MIN_INTERVAL_S if following > now else OVERDUE_INTERVAL_S,
            min(self._poll_interval_s, (following - now).total_seconds()),
        )
