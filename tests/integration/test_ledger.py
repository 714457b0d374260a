from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import structlog
from motor.motor_asyncio import AsyncIOMotorDatabase
from pymongo.errors import BulkWriteError

from common.contracts.appointment import Action, ticks_of
from common.contracts.delivery import DeliveryRequested, Status
from common.contracts.transaction import TransactionReceived
from common.database import open_database
from dispatcher.ledger.bulk import Bulk
from dispatcher.ledger.claim import Busy, Claim, Done, NeverDelivered, Superseded
from dispatcher.ledger.ledger import Ledger
from dispatcher.outcome import Outcome
from tests.support.builders import A_MOMENT, a_delivery, a_transaction
from tests.support.system import until

Database = AsyncIOMotorDatabase[dict[str, Any]]

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
async def database(mongodb_url: str) -> AsyncIterator[Database]:
    opened = open_database(mongodb_url, f"test-{uuid.uuid4().hex[:8]}")
    yield opened
    await opened.client.drop_database(opened.name)


@pytest.fixture
def ledger(database: Database) -> Ledger:
    return Ledger(database, LEASE_S)


def version(number: int, attempt: int = 1, action: Action = Action.UPDATE) -> DeliveryRequested:
    return a_delivery(
        attempt=attempt,
        transaction=a_transaction(
            f"t{number}", action, modified_at=A_MOMENT + timedelta(milliseconds=number)
        ),
    )


def at_the_same_moment(
    name: str, *, received_s: int = 0, action: Action = Action.UPDATE, **facts: Any
) -> DeliveryRequested:
    sent = a_transaction(name, action, **facts).model_dump()
    received = {"received_at": A_MOMENT + timedelta(seconds=received_s)}
    return a_delivery(transaction=TransactionReceived.model_validate(sent | received))


async def deliver(ledger: Ledger, request: DeliveryRequested, outcome: Outcome = SUCCESS) -> Claim:
    claim = Claim(request)
    assert await ledger.claim(claim) is claim
    await ledger.settle(claim, outcome)
    return claim


async def the_document(database: Database) -> dict[str, Any]:
    found = await database["ledger"].find_one({})
    assert found is not None
    return dict(found)


async def end_leases(database: Database) -> None:
    ended = {"lease_until": A_MOMENT - timedelta(days=365)}
    await database["ledger"].update_many({}, {"$set": ended})


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


async def test_an_equal_version_is_no_older_one(ledger: Ledger) -> None:
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


async def test_a_killed_replicas_delivery_is_taken_over_after_its_lease(
    ledger: Ledger, database: Database
) -> None:
    await ledger.claim(Claim(version(1)))
    await end_leases(database)
    again = Claim(version(1))

    assert await ledger.claim(again) is again


async def test_after_the_lease_an_older_snapshot_yields_to_the_newer_one_in_doubt(
    ledger: Ledger, database: Database
) -> None:
    await ledger.claim(Claim(version(2)))
    await end_leases(database)

    answer = await ledger.claim(Claim(version(1)))

    assert isinstance(answer, Superseded)
    assert answer.by_transaction == "t2"


async def test_a_call_that_was_cut_off_counts_as_delivered_after_its_repetition_was_released(
    ledger: Ledger, database: Database
) -> None:
    await ledger.claim(Claim(version(2)))
    await end_leases(database)
    again = Claim(version(2))
    await ledger.claim(again)
    await ledger.release(again)

    assert isinstance(await ledger.claim(Claim(version(1))), Superseded)


async def test_a_lease_is_renewed_while_the_call_is_under_way(
    ledger: Ledger, database: Database
) -> None:
    await ledger.claim(Claim(version(1)))
    first = await the_document(database)
    keeping = asyncio.create_task(ledger.keep_leases())

    async def renewed() -> bool:
        return bool((await the_document(database))["lease_until"] > first["lease_until"])

    await until(renewed, "the lease to be renewed")
    keeping.cancel()


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
    ledger: Ledger, database: Database
) -> None:
    others = [Ledger(database, LEASE_S) for _ in range(8)]

    answers = await asyncio.gather(*(other.claim(Claim(version(1))) for other in [ledger, *others]))

    assert sum(isinstance(answer, Claim) for answer in answers) == 1


async def test_what_is_remembered_of_an_appointment_is_bounded(
    ledger: Ledger, database: Database
) -> None:
    for number in range(40):
        claim = Claim(version(number))
        await ledger.claim(claim)
        await ledger.settle(claim, SUCCESS)

    document = await database["ledger"].find_one({})

    assert document is not None
    assert len(document["recent"]) == 16


# The order of versions that Dime.Scheduler changed at the same moment.


async def test_an_update_is_not_sent_after_a_delete_of_the_same_moment(ledger: Ledger) -> None:
    await deliver(ledger, at_the_same_moment("t1"), REFUSED)
    await deliver(ledger, at_the_same_moment("t2", received_s=1, action=Action.DELETE))
    retried = at_the_same_moment("t1").model_copy(update={"attempt": 2})

    answer = await ledger.claim(Claim(retried))

    assert isinstance(answer, Superseded)
    assert answer.by_transaction == "t2"


async def test_a_delete_that_arrived_first_still_goes_after_an_update_of_the_same_moment(
    ledger: Ledger,
) -> None:
    await deliver(ledger, at_the_same_moment("t1", received_s=1))
    claim = Claim(at_the_same_moment("t2", action=Action.DELETE))

    assert await ledger.claim(claim) is claim


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
    assert answer.by_transaction == "t2"


async def test_two_versions_within_a_microsecond_are_in_order(ledger: Ledger) -> None:
    ticks = ticks_of(A_MOMENT)
    await deliver(ledger, at_the_same_moment("t2", modified_ticks=ticks + 2))

    answer = await ledger.claim(Claim(at_the_same_moment("t1", modified_ticks=ticks + 1)))

    assert isinstance(answer, Superseded)


async def test_a_delivery_that_succeeded_is_never_sent_again_whatever_its_attempt(
    ledger: Ledger,
) -> None:
    await deliver(ledger, version(1))

    assert await ledger.claim(Claim(version(1, attempt=2))) == Done(SUCCESS)


async def test_a_delivery_that_succeeded_is_known_when_its_attempt_is_not_remembered(
    ledger: Ledger, database: Database
) -> None:
    await deliver(ledger, version(1))
    await database["ledger"].update_one({}, {"$set": {"recent": []}})

    assert await ledger.claim(Claim(version(1, attempt=99))) == Done(SUCCESS)


async def test_an_unknown_outcome_may_be_sent_again_by_a_new_attempt(ledger: Ledger) -> None:
    await deliver(ledger, version(1), UNKNOWN)
    again = Claim(version(1, attempt=2))

    assert await ledger.claim(again) is again


async def test_a_normal_new_version_takes_one_write_and_no_read(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    await deliver(ledger, version(1, action=Action.CREATE))
    monkeypatch.setattr(Bulk, "_read", None)

    await deliver(ledger, version(2))
    await deliver(ledger, version(3, action=Action.DELETE))


# A create is never lost to its update.


async def test_an_update_is_sent_as_a_create_after_the_create_was_refused(ledger: Ledger) -> None:
    await deliver(ledger, version(1, action=Action.CREATE), REFUSED)

    claim = await deliver(ledger, version(2))

    assert (claim.sends_create, claim.missing_create) == (True, "t1")
    assert claim.to_send.transaction.action is Action.CREATE
    assert claim.to_send.message_id == claim.request.message_id


@pytest.mark.parametrize("outcome", [SUCCESS, UNKNOWN])
async def test_a_create_is_made_up_for_once(ledger: Ledger, outcome: Outcome) -> None:
    await deliver(ledger, version(1, action=Action.CREATE), REFUSED)
    await deliver(ledger, version(2), outcome)

    assert not (await deliver(ledger, version(3))).sends_create


async def test_a_create_stays_owed_while_it_is_refused(ledger: Ledger) -> None:
    await deliver(ledger, version(1, action=Action.CREATE), REFUSED)
    await deliver(ledger, version(2), REFUSED)

    assert (await deliver(ledger, version(3))).missing_create == "t1"


async def test_a_create_of_unknown_outcome_counts_as_possibly_there(ledger: Ledger) -> None:
    await deliver(ledger, version(1, action=Action.CREATE), UNKNOWN)

    assert not (await deliver(ledger, version(2))).sends_create


async def test_a_create_that_ended_before_it_was_claimed_is_owed(ledger: Ledger) -> None:
    await ledger.note_undelivered(version(1, action=Action.CREATE))
    await ledger.note_undelivered(version(1, action=Action.CREATE))

    assert (await deliver(ledger, version(2))).missing_create == "t1"


async def test_an_update_that_ended_before_it_was_claimed_is_no_create(ledger: Ledger) -> None:
    await ledger.note_undelivered(version(1))

    assert not (await deliver(ledger, version(2))).sends_create


async def test_a_create_that_its_update_overtook_is_made_up_for_by_the_next_version(
    ledger: Ledger,
) -> None:
    await deliver(ledger, version(2))
    assert isinstance(await ledger.claim(Claim(version(1, action=Action.CREATE))), Superseded)

    assert (await deliver(ledger, version(3))).missing_create == "t1"


async def test_a_create_that_was_made_up_for_is_not_owed_when_it_is_retried(
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

    claim = await deliver(ledger, version(1, attempt=2, action=Action.CREATE))

    assert not claim.sends_create
    assert not (await deliver(ledger, version(2))).sends_create


async def test_the_switch_of_a_connector_sends_updates_as_updates(ledger: Ledger) -> None:
    await deliver(ledger, version(1, action=Action.CREATE), REFUSED)
    update, delete = (
        Claim(request, sends_missing_create=False)
        for request in (version(2), version(3, action=Action.DELETE))
    )

    assert await ledger.claim(update) is update
    assert not update.sends_create
    await ledger.settle(update, REFUSED)
    assert await ledger.claim(delete) is delete


async def test_a_delete_of_an_appointment_that_was_never_delivered_is_not_sent(
    ledger: Ledger,
) -> None:
    await deliver(ledger, version(1, action=Action.CREATE), REFUSED)

    answer = await ledger.claim(Claim(version(2, action=Action.DELETE)))

    assert isinstance(answer, NeverDelivered)
    assert answer.create_transaction == "t1"
    assert answer.outcome.status is Status.SKIPPED
    assert "t1" in (answer.outcome.message or "")


async def test_a_create_is_not_sent_after_a_delete_that_was_not_sent(ledger: Ledger) -> None:
    await ledger.note_undelivered(version(1, action=Action.CREATE))
    await ledger.claim(Claim(version(2, action=Action.DELETE)))

    answer = await ledger.claim(Claim(version(1, attempt=2, action=Action.CREATE)))

    assert isinstance(answer, Superseded)
    assert answer.by_transaction == "t2"


async def test_a_delete_that_was_not_sent_has_the_same_answer_again(ledger: Ledger) -> None:
    await deliver(ledger, version(1, action=Action.CREATE), REFUSED)
    first = await ledger.claim(Claim(version(2, action=Action.DELETE)))
    assert isinstance(first, NeverDelivered)

    for attempt in (1, 2):
        again = await ledger.claim(Claim(version(2, attempt, Action.DELETE)))
        assert again == Done(first.outcome)


@pytest.mark.parametrize("outcome", [SUCCESS, UNKNOWN])
async def test_a_delete_is_sent_when_an_update_went_out_before_its_create(
    ledger: Ledger, outcome: Outcome
) -> None:
    await deliver(ledger, version(2), outcome)
    await ledger.claim(Claim(version(1, action=Action.CREATE)))
    delete = Claim(version(3, action=Action.DELETE))

    assert await ledger.claim(delete) is delete


async def test_a_call_that_was_cut_off_while_it_made_up_for_a_create_is_repeated_as_a_create(
    ledger: Ledger, database: Database
) -> None:
    await deliver(ledger, version(1, action=Action.CREATE), REFUSED)
    await ledger.claim(Claim(version(2)))
    await end_leases(database)

    assert (await deliver(ledger, version(2))).missing_create == "t1"


async def test_a_create_that_was_cut_off_counts_as_possibly_there(
    ledger: Ledger, database: Database
) -> None:
    await ledger.claim(Claim(version(1, action=Action.CREATE)))
    await end_leases(database)

    assert not (await deliver(ledger, version(2))).sends_create


# Claims always end, and one bad write is one bad write.


async def test_a_claim_that_ended_is_released_without_effect(ledger: Ledger) -> None:
    settled = await deliver(ledger, version(1), UNKNOWN)
    other = Claim(version(2))
    await ledger.claim(other)

    await ledger.release(settled)
    await ledger.release(settled)

    assert isinstance(await ledger.claim(Claim(version(3))), Busy)
    assert ledger._live == {other.token: other}


async def test_a_claim_whose_caller_stopped_waiting_is_given_back(ledger: Ledger) -> None:
    asking = asyncio.ensure_future(ledger.claim(Claim(version(2))))
    await asyncio.sleep(0)
    asking.cancel()

    async def is_free() -> bool:
        claim = Claim(version(1))
        return await ledger.claim(claim) is claim

    await until(is_free, "the claim to be given back")


async def test_an_outcome_whose_claim_had_ended_is_logged(
    ledger: Ledger, database: Database
) -> None:
    late = Claim(version(1))
    await ledger.claim(late)
    await end_leases(database)
    await ledger.claim(Claim(version(2)))

    with structlog.testing.capture_logs() as logs:
        await ledger.settle(late, SUCCESS)

    assert [(line["log_level"], line["delivery_id"]) for line in logs] == [
        ("warning", late.request.delivery_id)
    ]


async def test_an_outcome_that_is_written_twice_is_no_warning(ledger: Ledger) -> None:
    claim = await deliver(ledger, version(1))

    with structlog.testing.capture_logs() as logs:
        await ledger.settle(claim, SUCCESS)

    assert logs == []


async def test_a_bulk_write_that_a_majority_does_not_have_is_repeated(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    await deliver(ledger, version(2))
    bulk, tries = ledger._bulk, 0
    plain = bulk._collection.bulk_write

    async def unsure_at_first(*given: Any, **options: Any) -> Any:
        nonlocal tries
        tries += 1
        if tries > 1:
            return await plain(*given, **options)
        raise BulkWriteError(
            {
                "writeErrors": [{"index": 0, "code": 11000, "errmsg": ""}],
                "writeConcernErrors": [{"code": 64, "errmsg": "waiting for replication timed out"}],
                "nMatched": 0,
                "nUpserted": 1,
            }
        )

    writing = SimpleNamespace(bulk_write=unsure_at_first, find=bulk._collection.find)
    monkeypatch.setattr(bulk, "_collection", writing)
    other = Claim(
        a_delivery(transaction=a_transaction("other", key="demo/2", modified_at=A_MOMENT))
    )

    answers = await asyncio.gather(ledger.claim(Claim(version(1))), ledger.claim(other))

    assert isinstance(answers[0], Superseded)
    assert answers[1] is other
    assert tries > 1


async def test_a_write_that_cannot_be_made_fails_alone(ledger: Ledger) -> None:
    bad, good = (
        Claim(a_delivery(transaction=a_transaction(name, key=f"demo/{name}")))
        for name in ("bad", "good")
    )
    await asyncio.gather(ledger.claim(bad), ledger.claim(good))
    unwritable = SUCCESS.model_copy(update={"http_status": 2**80})

    failed, done = await asyncio.gather(
        ledger.settle(bad, unwritable), ledger.settle(good, SUCCESS), return_exceptions=True
    )

    assert isinstance(failed, Exception)
    assert done is None
    assert ledger._live == {}
    assert await ledger.claim(Claim(good.request)) == Done(SUCCESS)


# Documents of 0.1.0.


def of_old(**fields: Any) -> dict[str, Any]:
    never = -(2**62)
    return {
        "_id": "c1|demo/37743",
        "delivered": never,
        "claimed": never,
        "lease_until": A_MOMENT,
        "token": "another",
        "recent": [],
    } | fields


def delivered_of_old(number: int) -> dict[str, Any]:
    moment = A_MOMENT + timedelta(milliseconds=number)
    return of_old(
        delivered=int(moment.timestamp() * 1000),
        delivered_by=f"t{number}",
        delivered_modified_at=moment,
        recent=[{"key": f"t{number}.c1.1", "outcome": SUCCESS.model_dump(mode="json")}],
    )


async def test_an_older_version_than_0_1_0_delivered_is_superseded(
    ledger: Ledger, database: Database
) -> None:
    await database["ledger"].insert_one(delivered_of_old(2))

    answer = await ledger.claim(Claim(version(1)))

    assert answer == Superseded("t2", A_MOMENT + timedelta(milliseconds=2))


async def test_a_success_of_0_1_0_is_never_sent_again(ledger: Ledger, database: Database) -> None:
    await database["ledger"].insert_one(delivered_of_old(2))

    assert await ledger.claim(Claim(version(2, attempt=2))) == Done(SUCCESS)


async def test_a_newer_version_than_0_1_0_delivered_is_sent_as_it_is(
    ledger: Ledger, database: Database
) -> None:
    await database["ledger"].insert_one(delivered_of_old(2))
    await ledger.note_undelivered(version(1, action=Action.CREATE))

    assert not (await deliver(ledger, version(3))).sends_create
    assert isinstance(await ledger.claim(Claim(version(1))), Superseded)
    assert "delivered" not in await the_document(database)


async def test_a_document_of_0_1_0_in_which_nothing_was_delivered_grants_any_version(
    ledger: Ledger, database: Database
) -> None:
    await database["ledger"].insert_one(of_old())

    await deliver(ledger, version(1))


# Forgetting the order.


async def test_an_older_version_is_delivered_after_the_order_was_forgotten(ledger: Ledger) -> None:
    await deliver(ledger, version(1_000_000))
    assert isinstance(await ledger.claim(Claim(version(1))), Superseded)

    known = await ledger.forget_order("demo/37743", ["c1", "c2"])

    assert known == 1
    await deliver(ledger, version(1))
    assert isinstance(await ledger.claim(Claim(version(0))), Superseded)


async def test_a_success_is_not_sent_again_after_the_order_was_forgotten(ledger: Ledger) -> None:
    await deliver(ledger, version(1))

    await ledger.forget_order("demo/37743", ["c1"])

    assert await ledger.claim(Claim(version(1, attempt=2))) == Done(SUCCESS)


async def test_an_order_of_0_1_0_is_forgotten_too(ledger: Ledger, database: Database) -> None:
    await database["ledger"].insert_one(delivered_of_old(2))

    await ledger.forget_order("demo/37743", ["c1"])

    await deliver(ledger, version(1))
