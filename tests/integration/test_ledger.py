"""The ledger grants one claim per appointment at a time, in the order of the versions."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from common.contracts.appointment import Action
from common.contracts.delivery import Status
from common.contracts.moments import ticks_of
from common.contracts.receipt import Answer, Receipt
from dispatcher.ledger.bulk_writer import BulkWriter
from dispatcher.ledger.claim import AlreadySettled, Claim, ClaimedElsewhere, Granted, Superseded
from dispatcher.ledger.ledger import Ledger
from dispatcher.outcome import Outcome
from tests.support.builders import A_MOMENT, a_delivery, a_transaction
from tests.support.database import Database
from tests.support.ledger_samples import (
    LEASE_S,
    REFUSED,
    SUCCESS,
    UNKNOWN,
    at_the_same_moment,
    deliver,
    end_leases,
    the_document,
    version,
)
from tests.support.system import until


async def test_a_new_appointment_is_claimed(ledger: Ledger) -> None:
    claim = Claim(version(1))

    assert await ledger.claim(claim) == Granted(claim)


async def test_a_newer_snapshot_follows_an_older_one(ledger: Ledger) -> None:
    first = Claim(version(1))
    await ledger.claim(first)
    await ledger.settle(Granted(first), SUCCESS)
    second = Claim(version(2))

    assert await ledger.claim(second) == Granted(second)


@pytest.mark.parametrize("outcome", [SUCCESS, UNKNOWN])
async def test_an_older_snapshot_is_superseded_by_one_that_was_or_may_have_been_delivered(
    ledger: Ledger, outcome: Outcome
) -> None:
    newer = Claim(version(2))
    await ledger.claim(newer)
    await ledger.settle(Granted(newer), outcome)

    answer = await ledger.claim(Claim(version(1)))

    assert isinstance(answer, Superseded)
    assert answer.transaction_id == "t2"


async def test_an_older_snapshot_is_delivered_after_a_newer_one_was_refused(ledger: Ledger) -> None:
    newer, older = Claim(version(2)), Claim(version(1))
    await ledger.claim(newer)
    await ledger.settle(Granted(newer), REFUSED)

    assert await ledger.claim(older) == Granted(older)


async def test_an_equal_version_is_not_superseded(ledger: Ledger) -> None:
    first = Claim(a_delivery(transaction=a_transaction("t1")))
    await ledger.claim(first)
    await ledger.settle(Granted(first), SUCCESS)
    second = Claim(a_delivery(transaction=a_transaction("t2")))

    assert await ledger.claim(second) == Granted(second)


async def test_a_finished_attempt_has_the_same_answer_again_even_after_newer_ones(
    ledger: Ledger,
) -> None:
    for number in (1, 2):
        claim = Claim(version(number))
        await ledger.claim(claim)
        await ledger.settle(Granted(claim), SUCCESS)

    answer = await ledger.claim(Claim(version(1)))

    assert answer == AlreadySettled(SUCCESS)


async def test_a_failed_delivery_is_sent_again_at_its_next_attempt(ledger: Ledger) -> None:
    first = Claim(version(1))
    await ledger.claim(first)
    await ledger.settle(Granted(first), REFUSED)
    second = Claim(version(1, attempt=2))

    assert await ledger.claim(second) == Granted(second)


async def test_no_other_replica_calls_while_the_lease_lasts(ledger: Ledger) -> None:
    await ledger.claim(Claim(version(1)))

    assert isinstance(await ledger.claim(Claim(version(2))), ClaimedElsewhere)


async def test_a_killed_replicas_delivery_is_taken_over_after_its_lease(
    ledger: Ledger, empty_database: Database
) -> None:
    await ledger.claim(Claim(version(1)))
    await end_leases(empty_database)
    again = Claim(version(1))

    assert await ledger.claim(again) == Granted(again)


async def test_after_the_lease_an_older_snapshot_yields_to_the_newer_one_in_doubt(
    ledger: Ledger, empty_database: Database
) -> None:
    await ledger.claim(Claim(version(2)))
    await end_leases(empty_database)

    answer = await ledger.claim(Claim(version(1)))

    assert isinstance(answer, Superseded)
    assert answer.transaction_id == "t2"


async def test_a_call_that_was_cut_off_counts_as_delivered_after_its_repetition_was_released(
    ledger: Ledger, empty_database: Database
) -> None:
    await ledger.claim(Claim(version(2)))
    await end_leases(empty_database)
    again = Claim(version(2))
    await ledger.claim(again)
    await ledger.release(again)

    assert isinstance(await ledger.claim(Claim(version(1))), Superseded)


async def test_a_lease_is_renewed_while_the_call_is_under_way(
    ledger: Ledger, empty_database: Database
) -> None:
    await ledger.claim(Claim(version(1)))
    first = await the_document(empty_database)
    keeping = asyncio.create_task(ledger.renew_leases())

    async def renewed() -> bool:
        return bool((await the_document(empty_database))["lease_until"] > first["lease_until"])

    await until(renewed, "the lease to be renewed")
    keeping.cancel()


async def test_a_released_claim_leaves_the_appointment_free(ledger: Ledger) -> None:
    claim = Claim(version(2))
    await ledger.claim(claim)
    await ledger.release(claim)
    older = Claim(version(1))

    assert await ledger.claim(older) == Granted(older)


async def test_a_claim_whose_answer_was_lost_is_granted_to_the_same_claimant(
    ledger: Ledger,
) -> None:
    claim = Claim(version(1))
    await ledger.claim(claim)

    assert await ledger.claim(claim) == Granted(claim)


async def test_of_many_claims_of_one_appointment_one_is_granted(
    ledger: Ledger, empty_database: Database
) -> None:
    others = [Ledger(empty_database, LEASE_S) for _ in range(8)]

    answers = await asyncio.gather(*(other.claim(Claim(version(1))) for other in [ledger, *others]))

    assert sum(isinstance(answer, Granted) for answer in answers) == 1


async def test_the_ledger_document_of_an_appointment_is_bounded(
    ledger: Ledger, empty_database: Database
) -> None:
    for number in range(40):
        claim = Claim(version(number))
        await ledger.claim(claim)
        await ledger.settle(Granted(claim), SUCCESS)

    document = await empty_database["ledger"].find_one({})

    assert document is not None
    assert len(document["recent"]) == 16


async def test_an_update_is_not_sent_after_a_delete_of_the_same_moment(ledger: Ledger) -> None:
    await deliver(ledger, at_the_same_moment("t1"), REFUSED)
    await deliver(ledger, at_the_same_moment("t2", received_s=1, action=Action.DELETE))
    retried = at_the_same_moment("t1").model_copy(update={"attempt": 2})

    answer = await ledger.claim(Claim(retried))

    assert isinstance(answer, Superseded)
    assert answer.transaction_id == "t2"


async def test_a_delete_that_arrived_first_still_goes_after_an_update_of_the_same_moment(
    ledger: Ledger,
) -> None:
    await deliver(ledger, at_the_same_moment("t1", received_s=1))
    claim = Claim(at_the_same_moment("t2", action=Action.DELETE))

    assert await ledger.claim(claim) == Granted(claim)


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ({"received_s": 0}, {"received_s": 1}),
        ({"received_s": 1, "rowversion": "0" * 15 + "1"}, {"rowversion": "0" * 15 + "2"}),
    ],
    ids=["by arrival", "by rowversion"],
)
async def test_a_version_of_the_same_moment_that_is_older_is_superseded(
    ledger: Ledger, older: dict[str, Any], newer: dict[str, Any]
) -> None:
    await deliver(ledger, at_the_same_moment("t2", **newer))

    answer = await ledger.claim(Claim(at_the_same_moment("t1", **older)))

    assert isinstance(answer, Superseded)
    assert answer.transaction_id == "t2"


async def test_two_versions_within_a_microsecond_are_in_order(ledger: Ledger) -> None:
    ticks = ticks_of(A_MOMENT)
    await deliver(ledger, at_the_same_moment("t2", modified_ticks=ticks + 2))

    answer = await ledger.claim(Claim(at_the_same_moment("t1", modified_ticks=ticks + 1)))

    assert isinstance(answer, Superseded)


async def test_a_delivery_that_succeeded_is_never_sent_again_whatever_its_attempt(
    ledger: Ledger,
) -> None:
    await deliver(ledger, version(1))

    assert await ledger.claim(Claim(version(1, attempt=2))) == AlreadySettled(SUCCESS)


async def test_a_delivery_that_succeeded_is_known_after_its_attempt_was_forgotten(
    ledger: Ledger, empty_database: Database
) -> None:
    await deliver(ledger, version(1))
    await empty_database["ledger"].update_one({}, {"$set": {"recent": []}})

    answer = await ledger.claim(Claim(version(1, attempt=99)))

    assert isinstance(answer, AlreadySettled)
    assert answer.outcome.status is Status.SUCCESS


CONFIRMED = SUCCESS.model_copy(
    update={
        "receipt": Receipt(record_id="5d11", entry_no="7", key="24;1", etag='W/"1"'),
        "sent_action": Action.CREATE,
    }
)


async def test_a_repetition_has_the_receipt_even_after_its_attempt_was_forgotten(
    ledger: Ledger, empty_database: Database
) -> None:
    await deliver(ledger, version(1), CONFIRMED)

    again = await ledger.claim(Claim(version(1)))
    await empty_database["ledger"].update_one({}, {"$set": {"recent": []}})
    later = await ledger.claim(Claim(version(1, attempt=99)))

    assert again == AlreadySettled(CONFIRMED)
    assert isinstance(later, AlreadySettled)
    assert later.outcome.receipt == CONFIRMED.receipt
    assert later.outcome.sent_action is Action.CREATE


async def test_the_answer_of_a_failed_call_is_not_stored(
    ledger: Ledger, empty_database: Database
) -> None:
    answer = Answer(http_status=422, body="personal data", is_whole=True)

    await deliver(ledger, version(1), REFUSED.model_copy(update={"answer": answer}))

    assert "personal data" not in str(await the_document(empty_database))
    assert await ledger.claim(Claim(version(1))) == AlreadySettled(REFUSED)


async def test_an_unknown_outcome_may_be_sent_again_by_a_new_attempt(ledger: Ledger) -> None:
    await deliver(ledger, version(1), UNKNOWN)
    again = Claim(version(1, attempt=2))

    assert await ledger.claim(again) == Granted(again)


async def test_a_transaction_that_was_received_twice_is_not_older_than_itself(
    ledger: Ledger,
) -> None:
    await deliver(ledger, at_the_same_moment("t1", received_s=5), UNKNOWN)
    again = Claim(at_the_same_moment("t1").model_copy(update={"attempt": 2}))

    assert await ledger.claim(again) == Granted(again)


async def test_a_normal_new_version_takes_one_write_and_no_read(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    await deliver(ledger, version(1, action=Action.CREATE))
    monkeypatch.setattr(BulkWriter, "_read", None)

    await deliver(ledger, version(2))
    await deliver(ledger, version(3, action=Action.DELETE))
