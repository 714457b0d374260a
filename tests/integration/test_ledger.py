from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from common.contracts.delivery import DeliveryRequested, Status
from common.database import open_database
from dispatcher.ledger.claim import Busy, Claim, Done, Superseded
from dispatcher.ledger.ledger import Ledger
from dispatcher.outcome import Outcome
from tests.support.builders import A_MOMENT, a_delivery, a_transaction

SUCCESS = Outcome(status=Status.SUCCESS, http_status=200, tries=1)
REFUSED = Outcome(
    status=Status.FAILED,
    code="DSWBHK020",
    message="[DSWBHK020] Status code: 400.",
    http_status=400,
    tries=1,
)
UNKNOWN = Outcome(
    status=Status.FAILED,
    code="DSWBHK010",
    message="[DSWBHK010] No answer.",
    outcome_unknown=True,
    tries=1,
)
LEASE_S = 1.0


@pytest.fixture
async def database(mongodb_url: str) -> AsyncIterator[AsyncIOMotorDatabase[dict[str, Any]]]:
    opened = open_database(mongodb_url, f"test-{uuid.uuid4().hex[:8]}")
    yield opened
    await opened.client.drop_database(opened.name)


@pytest.fixture
def ledger(database: AsyncIOMotorDatabase[dict[str, Any]]) -> Ledger:
    return Ledger(database, LEASE_S)


def version(number: int, attempt: int = 1) -> DeliveryRequested:
    return a_delivery(
        attempt=attempt,
        transaction=a_transaction(
            f"t{number}", modified_at=A_MOMENT + timedelta(milliseconds=number)
        ),
    )


async def test_a_new_appointment_is_claimed(ledger: Ledger) -> None:
    claim = Claim(version(1))

    assert await ledger.claim(claim) is claim


async def test_a_newer_snapshot_follows_an_older_one(ledger: Ledger) -> None:
    first = Claim(version(1))
    await ledger.claim(first)
    await ledger.settle(first, SUCCESS)
    second = Claim(version(2))

    assert await ledger.claim(second) is second


@pytest.mark.parametrize("outcome", [SUCCESS, UNKNOWN])
async def test_an_older_snapshot_is_superseded_by_one_that_was_or_may_have_been_delivered(
    ledger: Ledger, outcome: Outcome
) -> None:
    newer = Claim(version(2))
    await ledger.claim(newer)
    await ledger.settle(newer, outcome)

    answer = await ledger.claim(Claim(version(1)))

    assert isinstance(answer, Superseded)
    assert answer.by_transaction == "t2"


async def test_an_older_snapshot_goes_after_a_newer_one_was_refused(ledger: Ledger) -> None:
    newer, older = Claim(version(2)), Claim(version(1))
    await ledger.claim(newer)
    await ledger.settle(newer, REFUSED)

    assert await ledger.claim(older) is older


async def test_another_change_at_the_same_moment_is_no_older_one(ledger: Ledger) -> None:
    first = Claim(a_delivery(transaction=a_transaction("t1")))
    await ledger.claim(first)
    await ledger.settle(first, SUCCESS)
    second = Claim(a_delivery(transaction=a_transaction("t2")))

    assert await ledger.claim(second) is second


async def test_an_attempt_that_is_done_is_told_again_even_after_newer_ones(ledger: Ledger) -> None:
    for number in (1, 2):
        claim = Claim(version(number))
        await ledger.claim(claim)
        await ledger.settle(claim, SUCCESS)

    answer = await ledger.claim(Claim(version(1)))

    assert answer == Done(SUCCESS)


async def test_a_failed_delivery_is_sent_again_at_its_next_attempt(ledger: Ledger) -> None:
    first = Claim(version(1))
    await ledger.claim(first)
    await ledger.settle(first, REFUSED)
    second = Claim(version(1, attempt=2))

    assert await ledger.claim(second) is second


async def test_nobody_else_calls_while_the_lease_lasts(ledger: Ledger) -> None:
    await ledger.claim(Claim(version(1)))

    assert isinstance(await ledger.claim(Claim(version(2))), Busy)


async def test_a_killed_replicas_delivery_is_taken_over_after_its_lease(ledger: Ledger) -> None:
    await ledger.claim(Claim(version(1)))
    await asyncio.sleep(LEASE_S)
    again = Claim(version(1))

    assert await ledger.claim(again) is again


async def test_after_the_lease_an_older_snapshot_yields_to_the_newer_one_in_doubt(
    ledger: Ledger,
) -> None:
    await ledger.claim(Claim(version(2)))
    await asyncio.sleep(LEASE_S)

    answer = await ledger.claim(Claim(version(1)))

    assert isinstance(answer, Superseded)
    assert answer.by_transaction == "t2"


async def test_a_lease_is_renewed_while_the_call_is_under_way(ledger: Ledger) -> None:
    keeping = asyncio.create_task(ledger.keep_leases())
    await ledger.claim(Claim(version(1)))
    await asyncio.sleep(2 * LEASE_S)

    answer = await ledger.claim(Claim(version(2)))

    keeping.cancel()
    assert isinstance(answer, Busy)


async def test_a_released_claim_leaves_the_appointment_free(ledger: Ledger) -> None:
    claim = Claim(version(2))
    await ledger.claim(claim)
    await ledger.release(claim)
    older = Claim(version(1))

    assert await ledger.claim(older) is older


async def test_a_claim_whose_answer_was_lost_is_recognised_as_ones_own(ledger: Ledger) -> None:
    claim = Claim(version(1))
    await ledger.claim(claim)

    assert await ledger.claim(claim) is claim


async def test_of_many_that_want_one_appointment_one_gets_it(
    ledger: Ledger, database: AsyncIOMotorDatabase[dict[str, Any]]
) -> None:
    others = [Ledger(database, LEASE_S) for _ in range(8)]

    answers = await asyncio.gather(*(other.claim(Claim(version(1))) for other in [ledger, *others]))

    assert sum(isinstance(answer, Claim) for answer in answers) == 1


async def test_what_is_remembered_of_an_appointment_is_bounded(
    ledger: Ledger, database: AsyncIOMotorDatabase[dict[str, Any]]
) -> None:
    for number in range(40):
        claim = Claim(version(number))
        await ledger.claim(claim)
        await ledger.settle(claim, SUCCESS)

    document = await database["ledger"].find_one({})

    assert document is not None
    assert len(document["recent"]) == 16
