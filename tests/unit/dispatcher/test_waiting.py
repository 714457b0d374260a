from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from common.contracts.delivery import DeliveryRequested, Trigger
from dispatcher.errors import HandBackError
from dispatcher.lanes.waiting import Waiting
from tests.support.builders import A_MOMENT, a_transaction

NOW = A_MOMENT + timedelta(hours=1)


def a_request(
    number: int = 1, attempt: int = 1, requested_at: datetime = A_MOMENT, waits_s: float = 0
) -> DeliveryRequested:
    """A change that was accepted so long before now."""
    transaction = a_transaction(f"t{number}").model_copy(
        update={"received_at": NOW - timedelta(seconds=waits_s)}
    )
    return DeliveryRequested(
        delivery_id=f"t{number}.c1",
        attempt=attempt,
        trigger=Trigger.SERVICE,
        connector_id="c1",
        requested_at=requested_at,
        transaction=transaction,
    )


def put_back(waiting: Waiting, request: DeliveryRequested) -> None:
    with pytest.raises(HandBackError), waiting.holding(request):
        raise HandBackError


def test_nothing_in_hand_has_no_age() -> None:
    assert Waiting().oldest_age_s(NOW) == 0


def test_the_oldest_in_hand_counts_until_it_is_finished() -> None:
    waiting = Waiting()

    with waiting.holding(a_request(1, waits_s=5)):
        with waiting.holding(a_request(2, waits_s=90)):
            both = waiting.oldest_age_s(NOW)
        one = waiting.oldest_age_s(NOW)

    assert (both, one, waiting.oldest_age_s(NOW)) == (90, 5, 0)


def test_a_later_attempt_waits_since_it_was_asked_for() -> None:
    waiting = Waiting()

    with waiting.holding(
        a_request(attempt=2, requested_at=NOW - timedelta(seconds=7), waits_s=86_400)
    ):
        age = waiting.oldest_age_s(NOW)

    assert age == 7


def test_one_that_was_put_back_behind_the_others_is_not_forgotten() -> None:
    waiting = Waiting()
    put_back(waiting, a_request(1, waits_s=600))

    with waiting.holding(a_request(2, waits_s=30)):
        age = waiting.oldest_age_s(NOW)

    assert age == 600


def test_it_counts_no_more_once_it_came_again_and_was_finished() -> None:
    waiting = Waiting()
    put_back(waiting, a_request(1, waits_s=600))

    with waiting.holding(a_request(1, waits_s=600)):
        again = waiting.oldest_age_s(NOW)

    assert (again, waiting.oldest_age_s(NOW)) == (600, 0)


def test_one_that_was_asked_for_later_shows_that_another_replica_has_it() -> None:
    waiting = Waiting()
    put_back(waiting, a_request(1, waits_s=600))

    with waiting.holding(
        a_request(2, requested_at=datetime.now(NOW.tzinfo) + timedelta(seconds=1), waits_s=1)
    ):
        age = waiting.oldest_age_s(NOW)

    assert age == 1


def test_so_does_an_empty_queue() -> None:
    waiting = Waiting()
    put_back(waiting, a_request(1, waits_s=600))

    waiting.emptied()

    assert waiting.oldest_age_s(NOW) == 0
