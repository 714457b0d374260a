from __future__ import annotations

import pytest

from retry.model.token_bucket import Pace


def test_so_many_per_second_are_allowed_and_no_more_than_a_seconds_worth_at_once() -> None:
    pace = Pace(10, now=0)

    allowed = []
    for now in (0.0, 0.1, 0.5, 60.0):
        allowed.append(pace.allowed(now))
        pace.spend(allowed[-1])

    assert allowed == [1, 1, 4, 10]


@pytest.mark.parametrize("per_second", [0.5, 3, 250])
def test_in_the_long_run_it_is_exactly_that_many(per_second: float) -> None:
    pace, asked = Pace(per_second, now=0), 0

    for tick in range(1, 40 * 100 + 1):
        count = pace.allowed(tick / 40)
        pace.spend(count)
        asked += count

    assert abs(asked - 100 * per_second) <= 1


def test_what_was_not_asked_for_is_still_allowed() -> None:
    pace = Pace(4, now=0)

    pace.spend(1)

    assert (pace.allowed(0.5), pace.allowed(0.75)) == (2, 3)
