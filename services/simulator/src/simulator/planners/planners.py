"""Planners that make changes at a set rate. Changes of one appointment are posted one after the
other.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, NamedTuple

import structlog
from prometheus_client import Counter

from simulator.errors import NotAcceptedError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from simulator.planners.changes import Change, Changes

    Report = Callable[[Change, Callable[[str], None]], Awaitable[str]]

log = structlog.get_logger()
CHANGES = Counter(
    "mboc_simulator_changes_total", "Planners' changes by ingest's answer.", ["outcome"]
)
_ACCEPTED, _REFUSED, _AGAIN = (
    CHANGES.labels(outcome) for outcome in ("accepted", "refused", "again")
)
ONE_TIMEOUT_S = 20.0
_MAX_DELAY_S = 1.0
_SHORTEST_WAIT_S = 0.001


class AcceptedChange(NamedTuple):
    """A change that ingest accepted."""

    transaction_id: str
    change: Change


class Planners:
    """Makes ``rate`` changes per second, or none with 0. ``report`` returns a change's transaction
    id once ingest has accepted it.
    """

    def __init__(self, changes: Changes, report: Report, rate: float, calls_in_flight: int) -> None:
        self._changes = changes
        self._report_to_ingest = report
        self._rate = rate
        self._slots = asyncio.Semaphore(calls_in_flight)
        self._rate_changed = asyncio.Event()
        self._reporting: dict[int, asyncio.Task[AcceptedChange]] = {}
        self._tasks: set[asyncio.Task[AcceptedChange]] = set()
        self._posted = self._accepted = self._refused = self._again = 0
        self._is_ingest_unavailable = False

    @property
    def counts(self) -> dict[str, float]:
        """The numbers of changes. ``posted`` - ``accepted`` - ``refused`` are still being posted.
        ``again`` counts retries.
        """
        return {
            "posted": self._posted,
            "accepted": self._accepted,
            "refused": self._refused,
            "again": self._again,
            "rate": self._rate,
        }

    def set_rate(self, rate: float) -> None:
        """Make this many changes per second from now on."""
        self._rate = rate
        self._rate_changed.set()

    async def run(self) -> None:
        """Work until cancelled. Falls behind while ingest is slow or unavailable, so that changes
        do not pile up.
        """
        clock = asyncio.get_running_loop().time
        due = clock()
        while True:
            due = max(due, clock() - _MAX_DELAY_S)
            if not await self._wait_until(due, clock):
                due = clock()
                continue
            await self._slots.acquire()
            self._begin(self._changes.next())
            due += 1 / self._rate if self._rate else 0

    async def post_one(self, source_app: str | None = None) -> AcceptedChange:
        """Post exactly one more change: the next one, or the creation of an appointment of this
        source app.

        Raises RefusedError, or NotAcceptedError when ingest has not accepted the change in time.
        """
        try:
            async with asyncio.timeout(ONE_TIMEOUT_S):
                await self._slots.acquire()
                change = self._changes.create(source_app) if source_app else self._changes.next()
                return await asyncio.shield(self._begin(change))
        except TimeoutError as error:
            raise NotAcceptedError(
                f"ingest has not accepted the change within {ONE_TIMEOUT_S:g} s, posting continues"
            ) from error

    async def drain(self, timeout_s: float) -> None:
        """Wait for the changes that are being posted, then cancel and log the others."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=timeout_s)
        if self._tasks:
            log.warning("stopped before ingest accepted every change", changes=len(self._tasks))
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(self._tasks)

    async def _wait_until(self, due: float, clock: Callable[[], float]) -> bool:
        """Wait until the next change is due. Return False when the rate changed meanwhile."""
        wait_s = due - clock() if self._rate else None
        if wait_s is not None and wait_s < _SHORTEST_WAIT_S:
            await asyncio.sleep(max(wait_s, 0))
            return True
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._rate_changed.wait(), wait_s)
            self._rate_changed.clear()
            return False
        return True

    def _begin(self, change: Change) -> asyncio.Task[AcceptedChange]:
        self._posted += 1
        task = asyncio.create_task(self._report(change, self._reporting.get(change.appointment_id)))
        self._reporting[change.appointment_id] = task
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._end(change, done))
        return task

    async def _report(
        self, change: Change, previous: asyncio.Task[AcceptedChange] | None
    ) -> AcceptedChange:
        if previous is not None:
            await asyncio.wait({previous})
        return AcceptedChange(await self._report_to_ingest(change, self._count_retry), change)

    def _end(self, change: Change, task: asyncio.Task[AcceptedChange]) -> None:
        self._slots.release()
        self._tasks.discard(task)
        if self._reporting.get(change.appointment_id) is task:
            del self._reporting[change.appointment_id]
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            self._count_accepted()
        else:
            self._count_refused(change, error)

    def _count_accepted(self) -> None:
        self._accepted += 1
        _ACCEPTED.inc()
        if self._is_ingest_unavailable:
            self._is_ingest_unavailable = False
            log.info("ingest accepts changes again")

    def _count_refused(self, change: Change, error: BaseException) -> None:
        self._refused += 1
        _REFUSED.inc()
        status = error.status if isinstance(error, RefusedError) else None
        log.error(
            "ingest refused a change",
            appointment_id=change.appointment_id,
            action=change.action,
            status=status,
            error=type(error).__name__,
        )

    def _count_retry(self, reason: str) -> None:
        self._again += 1
        _AGAIN.inc()
        if not self._is_ingest_unavailable:
            self._is_ingest_unavailable = True
            log.warning("ingest does not accept changes, retrying until it does", reason=reason)
