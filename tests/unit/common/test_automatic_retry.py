from __future__ import annotations

from datetime import timedelta

import pytest

from common.contracts.automatic_retry import LONGEST_WAIT, repeats_of, wait_of

REFUSED = {"cause": "a", "repeated_cause": "a", "repeats": 3, "connector_version": 2}


@pytest.mark.parametrize(
    ("changes", "version", "repeats"),
    [
        ({}, 2, 3),
        ({}, 3, 0),
        ({"cause": "b"}, 2, 0),
        ({"repeats": 0, "repeated_cause": None}, 2, 0),
        ({"connector_version": None}, 2, 3),
    ],
)
def test_repeats_count_for_the_same_cause_and_settings_alone(
    changes: dict[str, object], version: int, repeats: int
) -> None:
    assert repeats_of(REFUSED | changes, version) == repeats


def test_waits_double_up_to_a_day_and_differ_by_delivery() -> None:
    waits = [wait_of("t1.c1", repeats) for repeats in range(40)]

    assert waits[0] == timedelta()
    assert all(
        timedelta(minutes=4 * 2**n) <= waits[n + 1] <= timedelta(minutes=5 * 2**n) for n in range(8)
    )
    assert max(waits) <= LONGEST_WAIT
    assert wait_of("t1.c1", 3) != wait_of("t2.c1", 3)
