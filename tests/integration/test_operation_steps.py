"""The steps of an operation on a real MongoDB.

A kill between any two of them repeats, loses and falsifies nothing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from common.contracts.delivery import Trigger
from common.contracts.operation import (
    DeliveriesArchived,
    ItemOutcome,
    OperationCommand,
    OperationKind,
    OperationState,
)
from retry.model.candidate import Claimant, RequeueCandidate
from retry.operations.next_state import decide, next_revision
from retry.operations.purge import purge_expired
from retry.store.requeues import ClaimStore
from tests.support.builders import A_MOMENT
from tests.support.retry_replica import (
    ONE,
    OTHER,
    FakeRetryPublisher,
    RetryReplica,
    database,
    end_second_attempts,
    publisher,
    store_failed,
)

__all__ = ["database", "publisher"]


@pytest.mark.parametrize("named", [False, True])
async def test_each_delivery_is_enumerated_once_however_often_a_page_is_repeated(
    database: Any, publisher: FakeRetryPublisher, *, named: bool
) -> None:
    await store_failed(database, 2_500)
    replica = RetryReplica(database, publisher)
    await replica.request(
        ONE,
        OperationKind.RETRY,
        **({"delivery_ids": tuple(f"t{n:05}.c1" for n in range(2_500))} if named else {}),
    )

    for _ in range(4):
        before = await replica.operations.read(ONE)
        if before.total is None:
            await replica.enumerator.enumerate_page(before)
            # The second call is that after a kill between the items and their paging key.
            await replica.enumerator.enumerate_page(before)

    assert (await replica.operations.read(ONE)).total == 2_500
    assert await replica.items.count(ONE) == (2_500, 0, 0, 0, 0, 0)


async def test_a_listed_delivery_that_is_no_longer_stored_is_skipped(
    database: Any, publisher: FakeRetryPublisher
) -> None:
    await store_failed(database, 1)
    replica = RetryReplica(database, publisher)
    await replica.request(delivery_ids=("t00000.c1", "gone.c1"))

    await replica.run_steps(3)

    [item] = await replica.items.with_outcome(ONE, ItemOutcome.SKIPPED, 10)
    assert (item.delivery_id, item.message) == ("gone.c1", "It is no longer stored.")


@pytest.mark.parametrize("moment", ["before publishing", "after publishing"])
async def test_a_kill_while_publishing_is_finished_by_the_next_replica(
    database: Any, publisher: FakeRetryPublisher, moment: str
) -> None:
    await store_failed(database, 5)
    replica = RetryReplica(database, publisher)
    await replica.request()
    publisher.kills = moment
    with pytest.raises(KeyboardInterrupt):
        await replica.run_steps(5)
    publisher.kills = ""

    await RetryReplica(database, publisher).run_steps(3)

    assert {r.message_id for r in publisher.requested} == {f"t{n:05}.c1.2" for n in range(5)}, (
        "a repeated request has the same id, which the ledger knows"
    )
    assert {(r.attempt, r.trigger) for r in publisher.requested} == {(2, Trigger.WEBSITE)}
    assert await replica.items.count(ONE) == (0, 5, 0, 0, 0, 0)


async def test_items_that_a_killed_replica_claimed_are_not_counted_as_cancelled(
    database: Any, publisher: FakeRetryPublisher
) -> None:
    await store_failed(database, 5)
    replica = RetryReplica(database, publisher)
    await replica.request(per_second=1)
    publisher.kills = "after publishing"
    with pytest.raises(KeyboardInterrupt):
        await replica.run_steps(5)
    publisher.kills = ""
    await replica.steer(OperationCommand.CANCEL)

    await replica.run_steps(3)

    assert await replica.items.count(ONE) == (0, 1, 0, 0, 4, 0)
    assert publisher.progress[-1].finished_at is None, "one attempt is still in progress"
    await end_second_attempts(database, "Success")
    await replica.run_steps(3)
    assert (publisher.progress[-1].state, publisher.progress[-1].counts.succeeded) == (
        OperationState.CANCELLED,
        1,
    )
    assert publisher.progress[-1].finished_at is not None
    assert await replica.operations.unfinished() == []


async def test_an_item_names_the_first_claimant_of_its_attempt_and_shares_the_outcome(
    database: Any, publisher: FakeRetryPublisher
) -> None:
    await store_failed(database, 3)
    replica = RetryReplica(database, publisher)
    await ClaimStore(database, "r").claim(
        [RequeueCandidate("t00000.c1", 1, "c1", "t00000")], Claimant("token", Trigger.TIMER_JOB)
    )
    await replica.request()
    await replica.request(OTHER, asked_by="bert")

    for operation_id in (ONE, OTHER, ONE, OTHER):
        await replica.run_steps(3, operation_id)
    await end_second_attempts(database, "Success")
    for operation_id in (ONE, OTHER):
        await replica.run_steps(3, operation_id)

    messages = {
        d["message"] async for d in database["operation_items"].find({"operation_id": OTHER})
    }
    assert messages == {
        "The timer job asked for this attempt first. It was Success.",
        f"anna asked for this attempt first (operation {ONE}). It was Success.",
    }
    assert [r.delivery_id for r in publisher.requested] == ["t00001.c1", "t00002.c1"]
    assert await replica.items.count(OTHER) == (0, 0, 3, 0, 0, 0)


async def test_the_result_of_an_attempt_is_found_after_a_later_attempt(
    database: Any, publisher: FakeRetryPublisher
) -> None:
    await store_failed(database, 2)
    replica = RetryReplica(database, publisher)
    await replica.request()
    await replica.run_steps(3)
    await end_second_attempts(database, "Success")
    await database["deliveries"].update_many({}, {"$set": {"attempt": 3}})
    await database["attempts"].insert_one(
        {"_id": "t00000.c1.2", "status": "Failed", "message": "[DSWBHK020] Refused."}
    )

    await replica.run_steps(3)

    messages = {
        d["delivery_id"]: (d["outcome"], d["message"])
        async for d in database["operation_items"].find()
    }
    assert messages["t00000.c1"] == ("failed", "[DSWBHK020] Refused.")
    assert messages["t00001.c1"][0] == "failed"


async def test_an_item_without_a_snapshot_is_skipped_with_the_reason_and_not_claimed(
    database: Any, publisher: FakeRetryPublisher
) -> None:
    await store_failed(database, 2)
    await database["transactions"].delete_one({"_id": "t00000"})
    replica = RetryReplica(database, publisher)
    await replica.request()

    await replica.run_steps(3)

    [item] = await replica.items.with_outcome(ONE, ItemOutcome.SKIPPED, 10)
    assert "snapshot is not stored" in (item.message or "")
    assert [claim["_id"] async for claim in database["requeues"].find()] == ["t00001.c1.2"]


async def test_a_command_that_arrives_before_its_operation_is_applied_and_an_older_one_is_not(
    database: Any, publisher: FakeRetryPublisher
) -> None:
    await store_failed(database, 3)
    replica = RetryReplica(database, publisher)
    await replica.steer(OperationCommand.PAUSE, second=2)
    await replica.steer(OperationCommand.CANCEL, second=1)
    await replica.request()
    await replica.request()

    await replica.run_steps(3)

    assert (publisher.progress[-1].state, publisher.progress[-1].reason, publisher.requested) == (
        OperationState.PAUSED,
        "Paused by bert.",
        [],
    )


async def test_an_archive_is_published_after_a_kill(
    database: Any, publisher: FakeRetryPublisher
) -> None:
    await store_failed(database, 3)
    replica = RetryReplica(database, publisher)
    await replica.request(kind=OperationKind.ARCHIVE)
    await replica.run_steps(1)
    operation = await replica.operations.read(ONE)
    await replica.batches.process_batch(operation, 10)

    await replica.run_steps(3)

    assert publisher.archived == [
        DeliveriesArchived(
            operation_id=ONE,
            archived=True,
            asked_at=A_MOMENT,
            delivery_ids=("t00000.c1", "t00001.c1", "t00002.c1"),
        )
    ]
    assert (publisher.progress[-1].state, publisher.progress[-1].counts.succeeded) == (
        OperationState.DONE,
        3,
    )


async def test_the_slower_of_two_replicas_publishes_no_progress(
    database: Any, publisher: FakeRetryPublisher
) -> None:
    await store_failed(database, 1)
    replica = RetryReplica(database, publisher)
    await replica.request()
    seen, counts = await replica.operations.read(ONE), await replica.items.count(ONE)
    await replica.run_steps(2)
    published = len(publisher.progress)

    slower = next_revision(seen, counts, decide(seen, counts), A_MOMENT)

    is_written = await replica.progress.publish(slower, counts)

    assert (is_written, len(publisher.progress)) == (False, published)
    assert [p.revision for p in publisher.progress] == list(range(1, published + 1))


async def test_counts_are_not_published_while_another_replica_changes_items(
    database: Any, publisher: FakeRetryPublisher
) -> None:
    await store_failed(database, 3)
    replica = RetryReplica(database, publisher)
    await replica.request()
    await replica.run_steps(1)
    published = len(publisher.progress)
    await database["operation_items"].delete_one({})

    await replica.run_steps(2)

    assert len(publisher.progress) == published


async def test_operations_are_deleted_ninety_days_after_their_end(
    database: Any, publisher: FakeRetryPublisher
) -> None:
    await store_failed(database, 3)
    replica = RetryReplica(database, publisher)
    for operation_id in (ONE, OTHER):
        await replica.request(operation_id, kind=OperationKind.ARCHIVE)
        await replica.run_steps(5, operation_id)
    await database["operations"].update_one(
        {"_id": ONE}, {"$set": {"finished_at": A_MOMENT - timedelta(days=400)}}
    )

    await purge_expired(replica.operations, replica.items)

    assert [o["_id"] async for o in database["operations"].find()] == [OTHER]
    assert await database["operation_items"].distinct("operation_id") == [OTHER]
