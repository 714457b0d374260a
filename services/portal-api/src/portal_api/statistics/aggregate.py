"""Aggregates the figures, by counting recent and late minutes again in every round.

Counting again corrects duplicates and late messages, which adding to a counter would not.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

import structlog

from portal_api.errors import StoreUnavailableError
from portal_api.statistics.interval import Interval
from portal_api.statistics.late import OVERLAP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    class StatisticsStore(Protocol):
        """The store of figures. Every method raises StoreUnavailableError."""

        async def acquire_lease(self, owner: str, until: datetime) -> bool:
            """Acquire the lease until then. Returns whether this replica has it."""
            ...

        async def counted_until(self) -> datetime | None:
            """Return the end of the counted time, or None before the first count."""
            ...

        async def save_counted_until(self, until: datetime) -> None:
            """Store the end of the counted time."""
            ...

        async def oldest(self) -> datetime | None:
            """Return the time of the oldest delivery."""
            ...

        async def late(self) -> Mapping[datetime, str]:
            """Return a batch of minutes to count again, each with a token."""
            ...

        async def remove_late(self, late: Mapping[datetime, str]) -> None:
            """Remove the marks of these minutes, unless they were marked again since."""
            ...

        async def count(self, step: Interval, begin: datetime, end: datetime) -> None:
            """Count the changes between the starts of two intervals."""
            ...

        async def sum_up(self, step: Interval, at: datetime) -> None:
            """Sum the minutes of an hour, or the hours of a day."""
            ...

        async def sample(self, now: datetime) -> None:
            """Record the waiting time of the oldest delivery of each connector."""
            ...


log = structlog.get_logger()
CATCH_UP_STEP = timedelta(hours=6)
"""Longest time that one round counts, after an outage."""
PAUSE_FACTOR = 10
"""The pause after a round is ten times its duration, to limit the load on MongoDB."""
LEASE_S = 10.0


class Aggregator:
    """The aggregation of figures, which runs on the replica with the lease.

    Two replicas at once would do no harm, because both count the same.
    """

    def __init__(
        self, store: StatisticsStore, owner: str, interval_s: float, minute_retention: timedelta
    ) -> None:
        self._store = store
        self._owner = owner
        self._interval_s = interval_s
        self._minute_retention = minute_retention

    async def run(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Aggregate until cancelled.

        An outage of MongoDB loses nothing, because the missing time is counted afterwards.
        """
        while True:
            began_at, has_more = time.monotonic(), False
            try:
                if await self._store.acquire_lease(self._owner, now() + timedelta(seconds=LEASE_S)):
                    has_more = await self.run_round(now())
            except StoreUnavailableError as error:
                log.warning(
                    "the figures are not counted now; the next round counts them", reason=str(error)
                )
            await asyncio.sleep(
                PAUSE_FACTOR * (time.monotonic() - began_at)
                if has_more
                else max(self._interval_s, PAUSE_FACTOR * (time.monotonic() - began_at))
            )

    async def run_round(self, now: datetime) -> bool:
        """Count the new and the late minutes. Returns whether there is more to count at once."""
        until = await self._store.counted_until() or await self._store.oldest() or now
        end = min(until + CATCH_UP_STEP, now)
        late = await self._store.late()
        await self._store.sample(now)
        await self._count(
            [(min(until, now) - OVERLAP, end), *merge_minutes(late)],
            Interval.DAY.start_of(now - self._minute_retention) + Interval.DAY.duration,
        )
        await self._store.save_counted_until(end)
        await self._store.remove_late(late)
        return end < now or len(late) > 1

    async def _count(
        self, ranges: Sequence[tuple[datetime, datetime]], kept_from: datetime
    ) -> None:
        """Count the minutes of these ranges, then sum their hours and their days.

        Hours before ``kept_from`` are counted directly, because their minutes are deleted.
        """
        for begin, end in ranges:
            if minutes := Interval.MINUTE.starts_between(max(begin, kept_from), end):
                await self._store.count(
                    Interval.MINUTE, minutes[0], minutes[-1] + Interval.MINUTE.duration
                )
        for hour in sorted(
            {hour for begin, end in ranges for hour in Interval.HOUR.starts_between(begin, end)}
        ):
            if hour >= kept_from:
                await self._store.sum_up(Interval.HOUR, hour)
            else:
                await self._store.count(Interval.HOUR, hour, hour + Interval.HOUR.duration)
        for day in sorted(
            {day for begin, end in ranges for day in Interval.DAY.starts_between(begin, end)}
        ):
            await self._store.sum_up(Interval.DAY, day)


def merge_minutes(minutes: Iterable[datetime]) -> list[tuple[datetime, datetime]]:
    """Return these minutes as ranges, adjacent minutes merged."""
    ranges: list[tuple[datetime, datetime]] = []
    for minute in sorted(minutes):
        begin = ranges.pop()[0] if ranges and ranges[-1][1] == minute else minute
        ranges.append((begin, minute + Interval.MINUTE.duration))
    return ranges
