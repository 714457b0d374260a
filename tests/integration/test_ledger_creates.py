"""An update never replaces a create that the back office did not get."""

from __future__ import annotations

import pytest

from common.contracts.appointment import Action
from common.contracts.delivery import Status
from dispatcher.ledger.claim import AlreadySettled, Claim, Granted, NothingToDelete, Superseded
from dispatcher.ledger.ledger import Ledger
from dispatcher.outcome import Outcome
from tests.support.database import Database
from tests.support.ledger_samples import (
    GATEWAY_FAULT,
    REFUSED,
    SUCCESS,
    UNKNOWN,
    deliver,
    end_leases,
    version,
)


@pytest.mark.parametrize("outcome", [REFUSED, GATEWAY_FAULT])
async def test_an_update_is_sent_as_a_create_after_the_create_failed(
    ledger: Ledger, outcome: Outcome
) -> None:
    await deliver(ledger, version(1, action=Action.CREATE), outcome)

    granted = await deliver(ledger, version(2))

    assert (granted.sends_create, granted.missing_create) == (True, "t1")
    assert granted.to_send.transaction.action is Action.CREATE
    assert granted.to_send.message_id == granted.claim.request.message_id


async def test_a_delete_is_sent_where_a_gateway_leaves_open_whether_the_create_arrived(
    ledger: Ledger,
) -> None:
    await deliver(ledger, version(1, action=Action.CREATE), GATEWAY_FAULT)
    delete = Claim(version(2, action=Action.DELETE))

    assert await ledger.claim(delete) == Granted(delete)


async def test_an_older_version_is_not_sent_after_one_that_a_gateway_may_have_passed_on(
    ledger: Ledger,
) -> None:
    await deliver(ledger, version(2), GATEWAY_FAULT)

    assert isinstance(await ledger.claim(Claim(version(1))), Superseded)


@pytest.mark.parametrize("outcome", [SUCCESS, UNKNOWN])
async def test_an_owed_create_is_sent_once(ledger: Ledger, outcome: Outcome) -> None:
    await deliver(ledger, version(1, action=Action.CREATE), REFUSED)
    await deliver(ledger, version(2), outcome)

    assert not (await deliver(ledger, version(3))).sends_create


async def test_a_create_stays_owed_while_it_is_refused(ledger: Ledger) -> None:
    await deliver(ledger, version(1, action=Action.CREATE), REFUSED)
    await deliver(ledger, version(2), REFUSED)

    assert (await deliver(ledger, version(3))).missing_create == "t1"


async def test_a_create_of_unknown_outcome_counts_as_possibly_stored(ledger: Ledger) -> None:
    await deliver(ledger, version(1, action=Action.CREATE), UNKNOWN)

    assert not (await deliver(ledger, version(2))).sends_create


async def test_a_create_that_ended_before_it_was_claimed_is_owed(ledger: Ledger) -> None:
    await ledger.record_owed_create(version(1, action=Action.CREATE))
    await ledger.record_owed_create(version(1, action=Action.CREATE))

    assert (await deliver(ledger, version(2))).missing_create == "t1"


async def test_a_create_that_the_connector_does_not_want_is_not_owed(ledger: Ledger) -> None:
    await deliver(ledger, version(1, action=Action.CREATE), Outcome(status=Status.SKIPPED))

    assert not (await deliver(ledger, version(2))).sends_create


async def test_an_update_that_ended_before_it_was_claimed_is_no_create(ledger: Ledger) -> None:
    await ledger.record_owed_create(version(1))

    assert not (await deliver(ledger, version(2))).sends_create


async def test_the_version_after_an_overtaken_create_is_sent_as_a_create(
    ledger: Ledger,
) -> None:
    await deliver(ledger, version(2))
    assert isinstance(await ledger.claim(Claim(version(1, action=Action.CREATE))), Superseded)

    assert (await deliver(ledger, version(3))).missing_create == "t1"


async def test_a_create_that_a_later_version_replaced_is_not_owed_when_it_is_retried(
    ledger: Ledger,
) -> None:
    await deliver(ledger, version(1, action=Action.CREATE), REFUSED)
    await deliver(ledger, version(2))
    retried = Claim(version(1, attempt=2, action=Action.CREATE))
    assert isinstance(await ledger.claim(retried), Superseded)

    assert not (await deliver(ledger, version(3))).sends_create


async def test_a_second_create_that_is_refused_is_not_owed(ledger: Ledger) -> None:
    await deliver(ledger, version(1, action=Action.CREATE))
    await deliver(ledger, version(2, action=Action.CREATE), REFUSED)

    assert not (await deliver(ledger, version(3))).sends_create


async def test_a_create_is_retried_as_itself(ledger: Ledger) -> None:
    await deliver(ledger, version(1, action=Action.CREATE), REFUSED)

    granted = await deliver(ledger, version(1, attempt=2, action=Action.CREATE))

    assert not granted.sends_create
    assert not (await deliver(ledger, version(2))).sends_create


async def test_the_switch_of_a_connector_sends_updates_as_updates(ledger: Ledger) -> None:
    await deliver(ledger, version(1, action=Action.CREATE), REFUSED)
    update, delete = (
        Claim(request, sends_missing_create=False)
        for request in (version(2), version(3, action=Action.DELETE))
    )

    assert await ledger.claim(update) == Granted(update)
    await ledger.settle(Granted(update), REFUSED)
    assert await ledger.claim(delete) == Granted(delete)


async def test_a_delete_of_an_appointment_that_was_never_delivered_is_not_sent(
    ledger: Ledger,
) -> None:
    await deliver(ledger, version(1, action=Action.CREATE), REFUSED)

    answer = await ledger.claim(Claim(version(2, action=Action.DELETE)))

    assert isinstance(answer, NothingToDelete)
    assert answer.create_transaction == "t1"
    assert answer.outcome.status is Status.SKIPPED
    assert "t1" in (answer.outcome.message or "")


async def test_a_create_is_not_sent_after_a_delete_that_was_not_sent(ledger: Ledger) -> None:
    await ledger.record_owed_create(version(1, action=Action.CREATE))
    await ledger.claim(Claim(version(2, action=Action.DELETE)))

    answer = await ledger.claim(Claim(version(1, attempt=2, action=Action.CREATE)))

    assert isinstance(answer, Superseded)
    assert answer.transaction_id == "t2"


async def test_a_delete_that_was_not_sent_has_the_same_answer_again(ledger: Ledger) -> None:
    await deliver(ledger, version(1, action=Action.CREATE), REFUSED)
    first = await ledger.claim(Claim(version(2, action=Action.DELETE)))
    assert isinstance(first, NothingToDelete)

    for attempt in (1, 2):
        again = await ledger.claim(Claim(version(2, attempt, Action.DELETE)))
        assert again == AlreadySettled(first.outcome)


@pytest.mark.parametrize("outcome", [SUCCESS, UNKNOWN])
async def test_a_delete_is_sent_when_an_update_went_out_before_its_create(
    ledger: Ledger, outcome: Outcome
) -> None:
    await deliver(ledger, version(2), outcome)
    await ledger.claim(Claim(version(1, action=Action.CREATE)))
    delete = Claim(version(3, action=Action.DELETE))

    assert await ledger.claim(delete) == Granted(delete)


async def test_a_cut_off_call_that_sent_an_owed_create_is_repeated_as_a_create(
    ledger: Ledger, empty_database: Database
) -> None:
    await deliver(ledger, version(1, action=Action.CREATE), REFUSED)
    await ledger.claim(Claim(version(2)))
    await end_leases(empty_database)

    assert (await deliver(ledger, version(2))).missing_create == "t1"


async def test_a_create_that_was_cut_off_counts_as_possibly_stored(
    ledger: Ledger, empty_database: Database
) -> None:
    await ledger.claim(Claim(version(1, action=Action.CREATE)))
    await end_leases(empty_database)

    assert not (await deliver(ledger, version(2))).sends_create
