"""A version is skipped for a newer one that waits, and only where nothing is lost by it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Sequence
from datetime import timedelta

import pytest
from pymongo.errors import BulkWriteError

from common.contracts.appointment import Action
from common.contracts.appointment_version import AppointmentVersion
from common.contracts.delivery import DeliveryRequested
from dispatcher.ledger.claim import (
    AlreadySettled,
    Claim,
    ClaimedElsewhere,
    ClaimResult,
    Granted,
    NewerWaits,
    NothingToDelete,
    Superseded,
)
from dispatcher.ledger.ledger import Ledger
from dispatcher.ledger.newest_version import newest_update
from dispatcher.outcome import Outcome
from tests.support.builders import A_MOMENT, a_delivery, a_transaction
from tests.support.database import Database
from tests.support.ledger_samples import (
    GATEWAY_FAULT,
    REFUSED,
    SUCCESS,
    UNKNOWN,
    at_the_same_moment,
    end_leases,
    the_document,
    version,
)

ALL = frozenset(Action)
OLD, NEW = "00000000000007ff", "0000000000000800"


async def claimed(
    ledger: Ledger, request: DeliveryRequested, yields_to: frozenset[Action] = ALL
) -> ClaimResult:
    """Claim the delivery for a connector that gets the newest only."""
    return await ledger.claim(Claim(request, yields_to=yields_to))


async def granted(ledger: Ledger, request: DeliveryRequested) -> Granted:
    """Claim the delivery, which must be granted."""
    answer = await claimed(ledger, request)
    assert isinstance(answer, Granted), answer
    return answer


async def newest_of(database: Database) -> str | None:
    """Return the transaction of the version that waits."""
    newest = (await the_document(database)).get("newest_version")
    return newest and newest["by"]


async def test_an_older_version_is_skipped_and_names_the_one_that_waits(ledger: Ledger) -> None:
    await ledger.record_newest(version(2))

    answer = await claimed(ledger, version(1))

    assert answer == NewerWaits("t2", A_MOMENT + timedelta(milliseconds=2))


async def test_the_newest_version_is_sent_and_forgotten(
    ledger: Ledger, empty_database: Database
) -> None:
    await ledger.record_newest(version(2))

    newest = await granted(ledger, version(2))

    assert await newest_of(empty_database) is None
    assert not newest.sends_create


async def test_a_version_that_is_newer_than_the_recorded_one_is_sent(ledger: Ledger) -> None:
    await ledger.record_newest(version(2))

    await granted(ledger, version(3))


async def test_a_connector_that_gets_every_version_skips_none(ledger: Ledger) -> None:
    await ledger.record_newest(version(2))

    assert isinstance(await claimed(ledger, version(1), frozenset()), Granted)


async def test_the_newest_version_goes_out_as_the_create_that_was_skipped(ledger: Ledger) -> None:
    await ledger.record_newest(version(3))
    assert isinstance(await claimed(ledger, version(1, action=Action.CREATE)), NewerWaits)
    assert isinstance(await claimed(ledger, version(2)), NewerWaits)

    newest = await granted(ledger, version(3))

    assert newest.missing_create == "t1"
    await ledger.settle(newest, SUCCESS)
    assert not (await granted(ledger, version(4))).sends_create


async def test_a_delete_of_an_appointment_whose_create_was_skipped_is_not_sent(
    ledger: Ledger, empty_database: Database
) -> None:
    await ledger.record_newest(version(2))
    await ledger.record_newest(version(3, action=Action.DELETE))
    assert isinstance(await claimed(ledger, version(1, action=Action.CREATE)), NewerWaits)
    assert isinstance(await claimed(ledger, version(2)), NewerWaits)

    answer = await claimed(ledger, version(3, action=Action.DELETE))

    assert isinstance(answer, NothingToDelete)
    assert await newest_of(empty_database) is None


async def test_a_create_is_not_skipped_where_no_missing_create_is_sent(ledger: Ledger) -> None:
    await ledger.record_newest(version(2))
    create = Claim(version(1, action=Action.CREATE), sends_missing_create=False, yields_to=ALL)

    assert await ledger.claim(create) == Granted(create)


async def test_a_version_is_not_skipped_for_an_action_that_the_connector_does_not_get(
    ledger: Ledger,
) -> None:
    await ledger.record_newest(version(2, action=Action.DELETE))

    answer = await claimed(ledger, version(1), frozenset({Action.CREATE, Action.UPDATE}))

    assert isinstance(answer, Granted)


async def test_a_delete_is_skipped_for_no_update(ledger: Ledger, empty_database: Database) -> None:
    await ledger.record_newest(version(3))

    await granted(ledger, version(2, action=Action.DELETE))

    assert await newest_of(empty_database) == "t3"


async def test_a_delete_is_skipped_for_a_newer_delete(ledger: Ledger) -> None:
    await ledger.record_newest(version(3, action=Action.DELETE))

    assert isinstance(await claimed(ledger, version(2, action=Action.DELETE)), NewerWaits)


async def test_a_create_is_not_recorded_as_the_newest(
    ledger: Ledger, empty_database: Database
) -> None:
    await ledger.record_newest(version(2, action=Action.CREATE))

    assert await empty_database["ledger"].count_documents({}) == 0


async def test_an_older_version_of_a_newest_that_failed_is_sent(ledger: Ledger) -> None:
    await ledger.record_newest(version(2))
    await ledger.settle(await granted(ledger, version(2)), REFUSED)

    await granted(ledger, version(1, attempt=2))


async def test_a_version_that_was_routed_again_after_it_failed_does_not_wait(
    ledger: Ledger,
) -> None:
    await ledger.settle(await granted(ledger, version(2)), REFUSED)
    await ledger.record_newest(version(2))

    await granted(ledger, version(1, attempt=2))


async def test_a_retried_version_is_skipped_for_one_that_waits(ledger: Ledger) -> None:
    await ledger.settle(await granted(ledger, version(1)), REFUSED)
    await ledger.record_newest(version(2))

    assert isinstance(await claimed(ledger, version(1, attempt=2)), NewerWaits)


@pytest.mark.parametrize("outcome", [UNKNOWN, GATEWAY_FAULT])
async def test_a_version_of_unknown_outcome_is_not_skipped(
    ledger: Ledger, outcome: Outcome
) -> None:
    first = await granted(ledger, version(1, action=Action.CREATE))
    await ledger.settle(first, outcome)
    await ledger.record_newest(version(2))

    again = await granted(ledger, version(1, attempt=2, action=Action.CREATE))

    assert again.is_repetition


async def test_a_version_whose_call_was_cut_off_is_repeated(
    ledger: Ledger, empty_database: Database
) -> None:
    await granted(ledger, version(1, action=Action.CREATE))
    await ledger.record_newest(version(2))
    await end_leases(empty_database)

    again = await granted(ledger, version(1, action=Action.CREATE))

    assert again.is_repetition
    assert not await ledger.newer_waits(again)


async def test_a_delivery_that_was_sent_keeps_its_outcome_although_a_newer_version_waits(
    ledger: Ledger,
) -> None:
    await ledger.settle(await granted(ledger, version(1)), SUCCESS)
    await ledger.record_newest(version(2))

    assert await claimed(ledger, version(1)) == AlreadySettled(SUCCESS)


async def test_a_version_waits_for_a_call_under_way(ledger: Ledger) -> None:
    await granted(ledger, version(1))
    await ledger.record_newest(version(3))

    assert await claimed(ledger, version(2)) == ClaimedElsewhere()


async def test_a_newest_that_was_delivered_is_named_as_sent(ledger: Ledger) -> None:
    await ledger.record_newest(version(2))
    await ledger.settle(await granted(ledger, version(2)), SUCCESS)
    await ledger.record_newest(version(2))

    answer = await claimed(ledger, version(1))

    assert (type(answer), answer) == (
        Superseded,
        Superseded("t2", A_MOMENT + timedelta(milliseconds=2)),
    )


async def test_the_record_never_moves_backwards(ledger: Ledger, empty_database: Database) -> None:
    await asyncio.gather(*(ledger.record_newest(version(number)) for number in (3, 9, 1, 5)))
    await ledger.record_newest(version(4))

    assert await newest_of(empty_database) == "t9"


async def test_a_newest_that_ended_before_its_claim_is_forgotten(
    ledger: Ledger, empty_database: Database
) -> None:
    await ledger.record_newest(version(2))
    await ledger.forget_newest(version(1))
    assert await newest_of(empty_database) == "t2"

    await ledger.forget_newest(version(2))

    assert await newest_of(empty_database) is None
    await granted(ledger, version(1))


async def test_forgetting_the_order_forgets_the_version_that_waits(
    ledger: Ledger, empty_database: Database
) -> None:
    request = version(2)
    await ledger.record_newest(request)

    await ledger.forget_order(request.transaction.appointment.key, [request.connector_id])

    assert await newest_of(empty_database) is None
    await granted(ledger, version(1))


async def test_a_claim_that_was_granted_before_a_newer_version_came_learns_of_it(
    ledger: Ledger,
) -> None:
    early = await granted(ledger, version(1))
    assert not await ledger.newer_waits(early)
    await ledger.record_newest(version(2))

    assert await ledger.newer_waits(early)
    await ledger.release(early.claim)
    assert isinstance(await claimed(ledger, version(1)), NewerWaits)


async def test_a_record_and_a_claim_at_the_same_time_both_hold(
    ledger: Ledger, empty_database: Database
) -> None:
    for number in range(20):
        key = f"demo/race-{number}"
        create = a_delivery(transaction=a_transaction("t1", Action.CREATE, key=key))
        update = a_delivery(
            transaction=a_transaction("t2", key=key, modified_at=A_MOMENT + timedelta(seconds=1))
        )
        other = Ledger(empty_database, 1.0)

        answer, _ = await asyncio.gather(claimed(ledger, create), other.record_newest(update))

        document = await empty_database["ledger"].find_one({"_id": f"c1|{key}"})
        assert document is not None
        assert isinstance(answer, Granted | NewerWaits)
        assert document["newest_version"]["by"] == "t2"


def versions_at_one_moment() -> Sequence[DeliveryRequested]:
    """Return versions with every combination of the values that order them."""
    return [
        at_the_same_moment(
            f"t{number}",
            received_s=received,
            action=action,
            place=place,
            rowversion=rowversion,
        )
        for number, (action, rowversion, received, place) in enumerate(
            itertools.product((Action.UPDATE, Action.DELETE), (None, OLD, NEW), (0, 1), (0, 1))
        )
    ]


async def test_the_database_orders_versions_as_the_ledger_does(empty_database: Database) -> None:
    requests = [*versions_at_one_moment(), version(1), version(-1)]
    collection = empty_database["ledger"]
    for first in requests:
        for second in requests:
            await collection.delete_many({})
            await collection.bulk_write([newest_update(Claim(first))])
            expected = first if not is_older(first, second) else second

            with contextlib.suppress(BulkWriteError):
                await collection.bulk_write([newest_update(Claim(second))])

            assert await newest_of(empty_database) == expected.transaction.transaction_id


def is_older(first: DeliveryRequested, second: DeliveryRequested) -> bool:
    """Return whether the first version is older, as the ledger orders them."""
    return AppointmentVersion.of(first.transaction).is_older_than(
        AppointmentVersion.of(second.transaction)
    )
