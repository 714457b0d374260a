"""Statistics over time count each event once and in its minute, even if it arrives late or
repeatedly.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common.contracts.dead_letter import DeadLetter
from common.contracts.delivery import Status, StatusChanged
from portal_api.recording.record import Recorder
from portal_api.statistics.aggregate import Aggregator
from portal_api.statistics.interval import Interval
from portal_api.store.statistics import FIGURES, Statistics, _count_stages, _outcome_sums
from portal_api.store.writer import Writer
from tests.support.builders import an_event
from tests.support.database import Database
from tests.support.query_plans import stages
from tests.support.system import until

NOW = datetime(2026, 7, 22, 8, 30, 15, tzinfo=UTC)
"""Hours after the events, so that all of them are late."""
FAR = NOW + timedelta(days=365)
STATUSES = (Status.SUCCESS, Status.FAILED, Status.SKIPPED, Status.INVALID_MBOC_URI)
WORDS = {
    Status.SUCCESS: "success",
    Status.FAILED: "failed",
    Status.SKIPPED: "skipped",
    Status.INVALID_MBOC_URI: "refused",
}


@pytest.fixture
def figures(database: Database) -> Statistics:
    return Statistics(database)


@pytest.fixture
def record(database: Database, figures: Statistics) -> Recorder:
    return Recorder(Writer(database), figures)


def an_aggregator(figures: Statistics, minutes_kept_days: float = 14) -> Aggregator:
    return Aggregator(figures, "r", 0.1, timedelta(days=minutes_kept_days))


async def sums(figures: Statistics, step: Interval) -> dict[str, Counter[str]]:
    """Return the sums of all counts by connector."""
    found: dict[str, Counter[str]] = {}
    for figure in await figures.read(step, NOW - timedelta(days=400), FAR, None, 10_000):
        found.setdefault(figure["connector_id"], Counter()).update(
            {name: figure.get(name, 0) for name in FIGURES}
        )
    return {connector_id: +counts for connector_id, counts in found.items()}


async def count_all(figures: Statistics, now: datetime = NOW, **options: Any) -> None:
    while await an_aggregator(figures, **options).run_round(now):
        pass


def some_events(count: int) -> list[StatusChanged]:
    """Build a pending and a done event of each delivery, on two connectors, seconds and hours
    apart.
    """
    events = []
    for number in range(count):
        connector_id, status = f"c{number % 2}", STATUSES[number % len(STATUSES)]
        spread = timedelta(seconds=7 * number)
        pending, done = (
            an_event(1, None, number * 37, connector_id),
            an_event(1, status, number * 37, connector_id),
        )
        events += [pending, done.model_copy(update={"at": done.at + spread})]
    return events


def expected(events: list[StatusChanged]) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {}
    for event in events:
        word = WORDS[event.status] if event.status else "accepted"
        counts.setdefault(event.connector_id, Counter())[word] += 1
    return counts


async def test_repeated_events_in_any_order_change_nothing(
    record: Recorder, figures: Statistics
) -> None:
    events = some_events(60)
    given = [*events, *random.Random(7).sample(events, 40)]
    random.Random(8).shuffle(given)

    for begin in range(0, len(given), 9):
        await record.statuses(given[begin : begin + 9])
        if begin % 27 == 0:
            await count_all(figures)
    await count_all(figures)
    await count_all(figures)

    assert await sums(figures, Interval.MINUTE) == expected(events)
    assert await sums(figures, Interval.HOUR) == expected(events)
    assert await sums(figures, Interval.DAY) == expected(events)


async def test_an_event_after_the_count_of_its_minute_is_counted_there(
    record: Recorder, figures: Statistics
) -> None:
    await record.statuses([an_event(1, None)])
    await count_all(figures)

    await record.statuses([an_event(1, Status.SUCCESS)])
    await count_all(figures)

    (figure,) = await figures.read(
        Interval.MINUTE, NOW - timedelta(days=2), NOW - timedelta(hours=1), None, 10
    )
    assert (figure["at"], figure["accepted"], figure["success"]) == (
        datetime(2026, 7, 21, 14, 3, tzinfo=UTC),
        1,
        1,
    )
    assert await figures.late() == {}


async def test_a_minute_that_changes_while_it_is_counted_is_counted_again(
    figures: Statistics,
) -> None:
    minute = Interval.MINUTE.start_of(NOW)
    await figures.mark_late([minute])
    late = await figures.late()

    await figures.mark_late([minute])
    await figures.remove_late(late)

    assert list(await figures.late()) == [minute]


async def test_a_retry_counts_each_attempt_where_it_ended_and_the_change_once(
    record: Recorder, figures: Statistics
) -> None:
    later = {"at": an_event().at + timedelta(hours=3)}
    await record.statuses([an_event(1, None), an_event(1, Status.FAILED)])
    await record.statuses(
        [
            an_event(2, None).model_copy(update=later),
            an_event(2, Status.SUCCESS).model_copy(update=later),
        ]
    )

    await count_all(figures)

    found = await figures.read(Interval.HOUR, NOW - timedelta(days=2), NOW, "c1", 10)
    assert [(f["at"].hour, f.get("accepted", 0), f["failed"], f["success"]) for f in found] == [
        (14, 1, 1, 0),
        (17, 0, 0, 1),
    ]


async def test_a_dead_lettered_message_counts_as_failed(
    record: Recorder, figures: Statistics
) -> None:
    at = NOW - timedelta(hours=5)
    letter = DeadLetter(
        dead_letter_id="d1", queue="q", type=None, reason="bug", trace=None, body="?", at=at
    )

    for _ in range(2):
        await record.dead_letter(letter)
        await count_all(figures)

    assert await sums(figures, Interval.MINUTE) == {"-": Counter(accepted=1, failed=1)}


async def test_deliveries_older_than_the_statistics_are_counted_piece_by_piece(
    database: Any, figures: Statistics
) -> None:
    events = some_events(40)
    await Recorder(Writer(database)).statuses(events)

    await count_all(figures, NOW + timedelta(days=20), minutes_kept_days=2)

    assert await sums(figures, Interval.HOUR) == expected(events)
    assert await sums(figures, Interval.DAY) == expected(events)
    assert await sums(figures, Interval.MINUTE) == {}, "minutes are not kept for so long"


async def test_an_event_older_than_the_stored_minutes_is_counted_in_its_hour(
    record: Recorder, figures: Statistics
) -> None:
    events = some_events(20)
    now = NOW + timedelta(days=20)
    await count_all(figures, now)
    await record.statuses(events[:20])
    await count_all(figures, now, minutes_kept_days=2)

    await record.statuses(events)
    await count_all(figures, now, minutes_kept_days=2)

    assert await sums(figures, Interval.HOUR) == expected(events)
    assert await sums(figures, Interval.DAY) == expected(events)


async def test_the_longest_wait_of_a_minute_stays_and_is_taken_over_by_hour_and_day(
    record: Recorder, figures: Statistics
) -> None:
    await record.statuses([an_event(1, None)])
    at = an_event().at
    await figures.sample(at + timedelta(seconds=20))
    await figures.sample(at + timedelta(seconds=40))
    await record.statuses([an_event(1, Status.SUCCESS)])
    await figures.sample(at + timedelta(seconds=45))

    await count_all(figures)

    for step in Interval:
        (figure,) = await figures.read(step, NOW - timedelta(days=2), NOW, None, 10)
        assert (figure["oldest_waiting_s"], figure["accepted"], figure["success"]) == (40.0, 1, 1)


async def test_one_replica_counts_and_another_takes_over(figures: Statistics) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=0.3)

    turns = [
        await figures.acquire_lease("one", soon),
        await figures.acquire_lease("other", soon),
        await figures.acquire_lease("one", soon),
    ]

    async def taken_over() -> bool:
        return await figures.acquire_lease("other", datetime.now(UTC) + timedelta(seconds=5))

    assert turns == [True, False, True]
    assert await until(taken_over, "the other to take over")


async def test_counting_reads_indexes_only(database: Any, record: Recorder) -> None:
    await record.statuses(some_events(50))
    minute = datetime(2026, 7, 21, 14, 3, tzinfo=UTC)
    countings = {
        "attempts": _count_stages(
            Interval.MINUTE, "at", minute, minute + Interval.MINUTE.duration, _outcome_sums()
        )
    }
    countings["deliveries"] = _count_stages(
        Interval.MINUTE,
        "received_at",
        minute,
        minute + Interval.MINUTE.duration,
        {"accepted": {"$sum": 1}},
    )

    for collection, steps in countings.items():
        plan = await database.command(
            "explain",
            {"aggregate": collection, "pipeline": steps[:2], "cursor": {}},
            verbosity="executionStats",
        )
        used = set(stages(plan))
        assert "IXSCAN" in used
        assert not used & {"COLLSCAN", "FETCH", "SORT"}, used


async def test_the_oldest_waiting_delivery_is_found_in_an_index(
    database: Any, record: Recorder
) -> None:
    await record.statuses(some_events(50))
    steps: list[dict[str, Any]] = [
        {"$match": {"phase": "pending"}},
        {"$sort": {"phase": 1, "connector_id": 1, "changed_at": 1}},
        {"$group": {"_id": "$connector_id", "oldest": {"$first": "$changed_at"}}},
    ]

    plan = await database.command(
        "explain",
        {"aggregate": "deliveries", "pipeline": steps, "cursor": {}, "hint": "waiting"},
        verbosity="queryPlanner",
    )

    assert not set(stages(plan)) & {"COLLSCAN", "SORT"}
