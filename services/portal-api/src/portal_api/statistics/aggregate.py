"""Counts again and again what may have changed: counting has no memory, so whatever came twice or
late is counted right in the end.
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
        """Where figures are kept; every method raises StoreUnavailableError."""

        async def acquire_lease(self, owner: str, until: datetime) -> bool:
            """Whether this replica counts until then."""
            ...

        async def counted_until(self) -> datetime | None:
            """Return up to when has been counted; None: never."""
            ...

        async def save_counted_until(self, until: datetime) -> None:
            """Note up to when has been counted."""
            ...

        async def oldest(self) -> datetime | None:
            """Return the first moment that there is anything to count of."""
            ...

        async def late(self) -> Mapping[datetime, str]:
            """Return some minutes that must be counted again, each with a token."""
            ...

        async def remove_late(self, late: Mapping[datetime, str]) -> None:
            """Forget those minutes, unless they were named again meanwhile."""
            ...

        async def count(self, step: Interval, begin: datetime, end: datetime) -> None:
            """Count what happened between two beginnings of steps."""
            ...

        async def sum_up(self, step: Interval, at: datetime) -> None:
            """Put one hour together from its minutes, or one day from its hours."""
            ...

        async def sample(self, now: datetime) -> None:
            """Note how long the oldest delivery of each connector has been waiting now."""
            ...


log = structlog.get_logger()
CHUNK = timedelta(hours=6)
"""At most so much is counted in one go, where counting is behind."""
REST_FACTOR = 10
"""Counting may take this part of the time: a tenth."""
LEASE_S = 10.0


class Aggregator:
    """Of all replicas the one with the lease counts; two that count at once would
    come to the same.
    """

    def __init__(
        self, store: StatisticsStore, owner: str, every_s: float, minutes_kept: timedelta
    ) -> None:
        self._store = store
        self._owner = owner
        self._every_s = every_s
        self._minutes_kept = minutes_kept

    async def run(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Go round until cancelled; while MongoDB is away, nothing is counted and
        nothing is lost.
        """
        while True:
            began, is_behind = time.monotonic(), False
            try:
                if await self._store.acquire_lease(self._owner, now() + timedelta(seconds=LEASE_S)):
                    is_behind = await self.round(now())
            except StoreUnavailableError as error:
                log.warning("figures are not counted now, but later", reason=str(error))
            await asyncio.sleep(
                REST_FACTOR * (time.monotonic() - began)
                if is_behind
                else max(self._every_s, REST_FACTOR * (time.monotonic() - began))
            )

    async def round(self, now: datetime) -> bool:
        """Count what is new and what came late; says whether there is more to count at once."""
        until = await self._store.counted_until() or await self._store.oldest() or now
        end, late = min(until + CHUNK, now), await self._store.late()
        await self._store.sample(now)
        await self._count(
            [(min(until, now) - OVERLAP, end), *merge_minutes(late)],
            Interval.DAY.of(now - self._minutes_kept) + Interval.DAY.duration,
        )
        await self._store.save_counted_until(end)
        await self._store.remove_late(late)
        return end < now or len(late) > 1

    async def _count(
        self, ranges: Sequence[tuple[datetime, datetime]], kept_from: datetime
    ) -> None:
        """Count the minutes of these ranges, then their hours, then their days; hours directly
        where minutes are not kept any more.
        """
        for begin, end in ranges:
            if minutes := Interval.MINUTE.each(max(begin, kept_from), end):
                await self._store.count(
                    Interval.MINUTE, minutes[0], minutes[-1] + Interval.MINUTE.duration
                )
        for hour in sorted(
            {hour for begin, end in ranges for hour in Interval.HOUR.each(begin, end)}
        ):
            if hour >= kept_from:
                await self._store.sum_up(Interval.HOUR, hour)
            else:
                await self._store.count(Interval.HOUR, hour, hour + Interval.HOUR.duration)
        for day in sorted({day for begin, end in ranges for day in Interval.DAY.each(begin, end)}):
            await self._store.sum_up(Interval.DAY, day)


def merge_minutes(minutes: Iterable[datetime]) -> list[tuple[datetime, datetime]]:
    """Return the ranges that these minutes make up."""
    ranges: list[tuple[datetime, datetime]] = []
    for minute in sorted(minutes):
        begin = ranges.pop()[0] if ranges and ranges[-1][1] == minute else minute
        ranges.append((begin, minute + Interval.MINUTE.duration))
    return ranges
