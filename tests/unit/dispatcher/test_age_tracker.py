from __future__ import annotations

from datetime import timedelta

from dispatcher.age_tracker import AgeTracker, waiting_since
from tests.support.builders import A_MOMENT, a_delivery


def test_the_age_is_that_of_the_longest_waiting_delivery() -> None:
    ages, now = AgeTracker(), A_MOMENT + timedelta(seconds=10)

    with ages.since(A_MOMENT), ages.since(A_MOMENT + timedelta(seconds=4)):
        both = ages.oldest_s(now)
    after = ages.oldest_s(now)

    assert (both, after) == (10, 0)


def test_a_retry_waits_since_it_was_asked_for() -> None:
    first, second = a_delivery(), a_delivery(attempt=2)

    assert waiting_since(first) == first.transaction.received_at
    assert waiting_since(second) == second.requested_at
