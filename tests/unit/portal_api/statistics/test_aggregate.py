from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from portal_api.errors import StoreUnavailableError
from portal_api.statistics.aggregate import Aggregator
from portal_api.statistics.interval import Interval
from tests.support.system import until

NOW = datetime(2026, 7, 21, 14, 3, tzinfo=UTC)
NOON = datetime(2026, 7, 21, 12, tzinfo=UTC)
DAY = datetime(2026, 7, 21, tzinfo=UTC)
MINUTES_KEPT = timedelta(days=7)


class FakeStatistics:
    """A store of figures in memory, which records the requested counts."""

    def __init__(
        self,
        counted_until: datetime | None = None,
        oldest: datetime | None = None,
        late: Mapping[datetime, str] | None = None,
    ) -> None:
        self.until = counted_until
        self.first = oldest
        self.marked = dict(late or {})
        self.counts: list[tuple[Interval, datetime, datetime]] = []
        self.sums: list[tuple[Interval, datetime]] = []
        self.samples: list[datetime] = []
        self.leases: list[tuple[str, datetime]] = []
        self.is_leader = True
        self.is_unavailable = False

    async def acquire_lease(self, owner: str, until: datetime) -> bool:
        self.leases.append((owner, until))
        if self.is_unavailable:
            raise StoreUnavailableError("MongoDB is unavailable")
        return self.is_leader

    async def counted_until(self) -> datetime | None:
        return self.until

    async def save_counted_until(self, until: datetime) -> None:
        self.until = until

    async def oldest(self) -> datetime | None:
        return self.first

    async def late(self) -> Mapping[datetime, str]:
        return dict(self.marked)

    async def remove_late(self, late: Mapping[datetime, str]) -> None:
        for minute in late:
            del self.marked[minute]

    async def count(self, step: Interval, begin: datetime, end: datetime) -> None:
        self.counts.append((step, begin, end))

    async def sum_up(self, step: Interval, at: datetime) -> None:
        self.sums.append((step, at))

    async def sample(self, now: datetime) -> None:
        self.samples.append(now)


def an_aggregator(store: FakeStatistics) -> Aggregator:
    return Aggregator(store, "portal-api-1", 0.01, MINUTES_KEPT)


async def test_a_round_counts_the_minutes_since_the_last_one_and_the_three_before() -> None:
    store = FakeStatistics(counted_until=NOW - timedelta(minutes=2))

    has_more = await an_aggregator(store).run_round(NOW)

    assert store.counts == [(Interval.MINUTE, NOW - timedelta(minutes=5), NOW)]
    assert store.samples == [NOW]
    assert store.until == NOW
    assert not has_more


async def test_the_hours_and_days_of_counted_minutes_are_summed_up() -> None:
    store = FakeStatistics(counted_until=datetime(2026, 7, 21, 14, 1, tzinfo=UTC))

    await an_aggregator(store).run_round(NOW)

    assert store.sums == [
        (Interval.HOUR, datetime(2026, 7, 21, 13, tzinfo=UTC)),
        (Interval.HOUR, datetime(2026, 7, 21, 14, tzinfo=UTC)),
        (Interval.DAY, DAY),
    ]


async def test_the_first_round_begins_at_the_oldest_delivery_and_counts_six_hours() -> None:
    oldest = NOW - timedelta(days=1)
    store = FakeStatistics(oldest=oldest)

    has_more = await an_aggregator(store).run_round(NOW)

    assert store.until == oldest + timedelta(hours=6)
    assert has_more


async def test_without_any_delivery_a_round_ends_now() -> None:
    store = FakeStatistics()

    assert not await an_aggregator(store).run_round(NOW)

    assert store.until == NOW


async def test_late_minutes_are_counted_again_and_their_marks_are_removed() -> None:
    store = FakeStatistics(counted_until=NOW, late={NOON: "a"})

    await an_aggregator(store).run_round(NOW)

    assert (Interval.MINUTE, NOON, NOON + timedelta(minutes=1)) in store.counts
    assert (Interval.HOUR, NOON) in store.sums
    assert store.marked == {}


async def test_an_hour_beyond_the_retention_of_minutes_is_counted_directly() -> None:
    hour = NOON - timedelta(days=10)
    store = FakeStatistics(counted_until=NOW, late={hour: "a"})

    await an_aggregator(store).run_round(NOW)

    assert (Interval.HOUR, hour, hour + timedelta(hours=1)) in store.counts
    assert (Interval.HOUR, hour) not in store.sums


@pytest.mark.parametrize("attribute", ["is_leader", "is_unavailable"])
async def test_counting_starts_when_the_lease_can_be_acquired(attribute: str) -> None:
    store = FakeStatistics()
    setattr(store, attribute, attribute == "is_unavailable")
    running = asyncio.create_task(an_aggregator(store).run(lambda: NOW))
    await asyncio.sleep(0.05)
    rounds_before = len(store.samples)

    setattr(store, attribute, attribute == "is_leader")
    await until(lambda: has_counted(store), "a round to begin", within_s=10)

    assert rounds_before == 0
    assert store.leases[0] == ("portal-api-1", NOW + timedelta(seconds=10))
    running.cancel()


async def has_counted(store: FakeStatistics) -> bool:
    return bool(store.samples)
