from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from common.contracts.delivery import Status
from common.contracts.message import NO_CONNECTOR
from portal_api.statistics.aggregate import merge_minutes
from portal_api.statistics.interval import Interval
from portal_api.statistics.late import late_minutes
from tests.support.builders import A_MOMENT, an_event

MINUTE = datetime(2026, 7, 21, 14, 3, tzinfo=UTC)
LATER = A_MOMENT + timedelta(hours=1)


def test_the_minute_of_a_late_attempt_is_counted_again() -> None:
    event = an_event(status=Status.SUCCESS)

    assert late_minutes([event], A_MOMENT + timedelta(seconds=59)) == set()
    assert late_minutes([event], A_MOMENT + timedelta(seconds=60)) == {MINUTE}


@pytest.mark.parametrize(
    ("attempt", "status", "connector_id", "is_counted"),
    [
        (1, None, "c1", True),
        (2, None, "c1", False),
        (1, Status.MBOC_NOT_PROVIDED, NO_CONNECTOR, True),
        (1, Status.FAILED, "c1", False),
    ],
)
def test_the_minute_of_acceptance_is_counted_again_at_the_first_event_of_a_delivery(
    attempt: int, status: Status | None, connector_id: str, *, is_counted: bool
) -> None:
    event = an_event(attempt, status, 600, connector_id)

    assert (
        Interval.MINUTE.start_of(event.received_at) in late_minutes([event], LATER)
    ) is is_counted


def test_adjacent_minutes_are_merged() -> None:
    minutes = [MINUTE + timedelta(minutes=n) for n in (3, 0, 1, 7)]

    ranges = merge_minutes(minutes)

    assert [
        (int((begin - MINUTE).total_seconds() / 60), int((end - MINUTE).total_seconds() / 60))
        for begin, end in ranges
    ] == [(0, 2), (3, 4), (7, 8)]


@pytest.mark.parametrize(
    ("step", "count"), [(Interval.MINUTE, 121), (Interval.HOUR, 3), (Interval.DAY, 1)]
)
def test_a_range_contains_every_interval_that_it_overlaps(step: Interval, count: int) -> None:
    begin = MINUTE + timedelta(seconds=30)

    steps = step.starts_between(begin, begin + timedelta(hours=2))

    assert len(steps) == count
    assert steps[0] == step.start_of(begin)
    assert step.starts_between(steps[0], steps[0]) == []
