"""The ledger names the earlier attempt of unknown outcome, and owes a create that is missing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from common.contracts.appointment import Action
from common.contracts.delivery import Status
from dispatcher.ledger.claim import AlreadySettled, Claim, Granted, Superseded
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


async def claimed(ledger: Ledger, claim: Claim) -> Granted:
    granted = await ledger.claim(claim)
    assert isinstance(granted, Granted)
    return granted


async def again(ledger: Ledger, number: int, action: Action = Action.UPDATE) -> Granted:
    """Claim the second attempt of a version."""
    return await claimed(ledger, Claim(version(number, attempt=2, action=action)))


@pytest.mark.parametrize("outcome", [UNKNOWN, GATEWAY_FAULT])
async def test_the_next_attempt_knows_the_unknown_outcome_and_its_time(
    ledger: Ledger, outcome: Outcome
) -> None:
    before = datetime.now(UTC) - timedelta(seconds=2)
    await deliver(ledger, version(1), outcome)

    unknown = (await again(ledger, 1)).unknown

    assert unknown is not None
    assert unknown.outcome == outcome
    assert before < unknown.since < datetime.now(UTC) + timedelta(seconds=2)


@pytest.mark.parametrize("outcome", [REFUSED])
async def test_a_known_outcome_is_not_asked_about(ledger: Ledger, outcome: Outcome) -> None:
    await deliver(ledger, version(1), outcome)

    assert (await again(ledger, 1)).unknown is None


async def test_the_time_of_the_first_unknown_outcome_is_kept_by_a_check(ledger: Ledger) -> None:
    since = datetime.now(UTC) - timedelta(minutes=7)
    await deliver(ledger, version(1), UNKNOWN)
    unsettled = UNKNOWN.model_copy(update={"unknown_since": since})
    await ledger.settle(await again(ledger, 1), unsettled)

    third = await claimed(ledger, Claim(version(1, attempt=3)))

    assert third.unknown is not None
    assert third.unknown.since == since


async def test_an_entry_without_a_time_counts_from_the_request(
    ledger: Ledger, empty_database: Database
) -> None:
    await deliver(ledger, version(1), UNKNOWN)
    await empty_database["ledger"].update_many({}, {"$unset": {"recent.0.at": ""}})
    claim = Claim(version(1, attempt=2))

    granted = await claimed(ledger, claim)

    assert granted.unknown is not None
    assert granted.unknown.since == claim.request.requested_at


async def test_a_record_that_was_missing_is_not_asked_about_again(ledger: Ledger) -> None:
    await deliver(ledger, version(1), UNKNOWN)
    missing = REFUSED.model_copy(update={"was_missing": True})
    await ledger.settle(await again(ledger, 1), missing)

    assert (await claimed(ledger, Claim(version(1, attempt=3)))).unknown is None


async def test_a_call_that_was_cut_off_with_its_process_is_asked_about(
    ledger: Ledger, empty_database: Database
) -> None:
    await claimed(ledger, Claim(version(1)))
    await end_leases(empty_database)

    granted = await claimed(ledger, Claim(version(1)))

    assert granted.unknown is not None
    assert granted.unknown.outcome is None


async def test_a_create_that_is_missing_is_owed_to_the_next_version(ledger: Ledger) -> None:
    await deliver(ledger, version(1, action=Action.CREATE), UNKNOWN)
    second = await again(ledger, 1, Action.CREATE)
    await ledger.record_missing(second)
    await ledger.settle(second, REFUSED)

    assert (await deliver(ledger, version(2))).missing_create == "t1"


async def test_a_create_that_is_missing_and_then_delivered_is_not_owed(ledger: Ledger) -> None:
    await deliver(ledger, version(1, action=Action.CREATE), UNKNOWN)
    second = await again(ledger, 1, Action.CREATE)
    await ledger.record_missing(second)
    await ledger.settle(second, SUCCESS)

    assert not (await deliver(ledger, version(2))).sends_create


async def test_a_create_that_is_found_is_there_for_a_delete(
    ledger: Ledger, empty_database: Database
) -> None:
    await deliver(ledger, version(1, action=Action.CREATE), GATEWAY_FAULT)
    await ledger.settle(await again(ledger, 1, Action.CREATE), SUCCESS)

    stored = await empty_database["ledger"].find_one({})
    delete = await ledger.claim(Claim(version(2, action=Action.DELETE)))

    assert stored is not None
    assert (stored["presence"], stored["created_by"]) == ("present", "t1")
    assert isinstance(delete, Granted)


async def test_an_update_that_was_sent_as_a_create_is_a_create_again(ledger: Ledger) -> None:
    await deliver(ledger, version(1, action=Action.CREATE), REFUSED)
    await deliver(ledger, version(2), UNKNOWN)

    second = await again(ledger, 2)

    assert (second.missing_create, second.is_create) == ("t1", True)
    assert second.to_send.transaction.action is Action.CREATE


async def test_an_update_that_made_up_for_a_create_and_is_missing_owes_it_again(
    ledger: Ledger,
) -> None:
    await deliver(ledger, version(1, action=Action.CREATE), REFUSED)
    await deliver(ledger, version(2), UNKNOWN)
    second = await again(ledger, 2)
    await ledger.record_missing(second)
    await ledger.settle(second, REFUSED)

    assert (await deliver(ledger, version(3))).missing_create == "t1"


async def test_an_unknown_outcome_is_superseded_by_a_newer_version(ledger: Ledger) -> None:
    await deliver(ledger, version(1), UNKNOWN)
    await deliver(ledger, version(2), SUCCESS)

    assert isinstance(await ledger.claim(Claim(version(1, attempt=2))), Superseded)


async def test_a_found_record_settles_every_later_attempt(ledger: Ledger) -> None:
    await deliver(ledger, version(1), UNKNOWN)
    await ledger.settle(await again(ledger, 1), SUCCESS)

    answer = await ledger.claim(Claim(version(1, attempt=3)))

    assert isinstance(answer, AlreadySettled)
    assert answer.outcome.status is Status.SUCCESS
