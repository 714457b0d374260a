"""The steps of an operation on a real MongoDB: a kill between any two of them repeats, forgets and
falsifies nothing.
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
from retry.model.candidate import Candidate, Claimant
from retry.operations.next_state import judge
from retry.operations.purge import forget
from retry.store.requeues import Requeues
from tests.support.builders import A_MOMENT
from tests.support.stepping import (
    ONE,
    OTHER,
    Broker,
    broker,
    came_to,
    database,
    fill,
    requested,
    steered,
    the_steps,
    turns,
)

__all__ = ["broker", "database"]


@pytest.mark.parametrize("named", [False, True])
async def test_stock_is_taken_once_however_often_it_is_begun(
    database: Any, broker: Broker, *, named: bool
) -> None:
    await fill(database, 2_500)
    steps = the_steps(database, broker)
    await requested(
        steps,
        ONE,
        OperationKind.RETRY,
        **({"delivery_ids": tuple(f"t{n:05}.c1" for n in range(2_500))} if named else {}),
    )

    for _ in range(4):
        before = await steps.operations.read(ONE)
        if before.total is None:
            await steps.take_stock(before)
            await steps.take_stock(
                before
            )  # as after a kill between the items and the note of how far it came

    assert (await steps.operations.read(ONE)).total == 2_500
    assert await steps.items.tally(ONE) == (2_500, 0, 0, 0, 0, 0)


async def test_a_delivery_that_is_gone_since_it_was_named_is_skipped(
    database: Any, broker: Broker
) -> None:
    await fill(database, 1)
    steps = the_steps(database, broker)
    await requested(steps, delivery_ids=("t00000.c1", "gone.c1"))

    await turns(steps, 3)

    [item] = await steps.items.some(ONE, ItemOutcome.SKIPPED, 10)
    assert (item.delivery_id, item.message) == ("gone.c1", "It is no longer stored.")


@pytest.mark.parametrize("moment", ["before publishing", "after publishing"])
async def test_a_kill_while_publishing_is_finished_by_the_next_replica(
    database: Any, broker: Broker, moment: str
) -> None:
    await fill(database, 5)
    steps = the_steps(database, broker)
    await requested(steps)
    broker.kills = moment
    with pytest.raises(KeyboardInterrupt):
        await turns(steps, 5)
    broker.kills = ""

    await turns(the_steps(database, broker), 3)

    assert {r.message_id for r in broker.asked} == {f"t{n:05}.c1.2" for n in range(5)}, (
        "a repeated one has the same id, which the ledger knows"
    )
    assert {(r.attempt, r.trigger) for r in broker.asked} == {(2, Trigger.WEBSITE)}
    assert await steps.items.tally(ONE) == (0, 5, 0, 0, 0, 0)


async def test_what_a_killed_replica_had_claimed_is_not_counted_as_cancelled(
    database: Any, broker: Broker
) -> None:
    await fill(database, 5)
    steps = the_steps(database, broker)
    await requested(steps, per_second=1)
    broker.kills = "after publishing"
    with pytest.raises(KeyboardInterrupt):
        await turns(steps, 5)
    broker.kills = ""
    await steered(steps, OperationCommand.CANCEL)

    await turns(steps, 3)

    assert await steps.items.tally(ONE) == (0, 1, 0, 0, 4, 0)
    assert broker.told[-1].finished_at is None, "one is under way still"
    await came_to(database, "Success")
    await turns(steps, 3)
    assert (broker.told[-1].state, broker.told[-1].counts.succeeded) == (
        OperationState.CANCELLED,
        1,
    )
    assert broker.told[-1].finished_at is not None
    assert await steps.operations.open() == []


async def test_who_asked_first_is_said_and_the_outcome_is_shared(
    database: Any, broker: Broker
) -> None:
    await fill(database, 3)
    steps = the_steps(database, broker)
    await Requeues(database, "r").claim(
        [Candidate("t00000.c1", 1, "c1", "t00000")], Claimant("token", Trigger.TIMER_JOB)
    )
    await requested(steps)
    await requested(steps, OTHER, asked_by="bert")

    for operation_id in (ONE, OTHER, ONE, OTHER):
        await turns(steps, 3, operation_id)
    await came_to(database, "Success")
    for operation_id in (ONE, OTHER):
        await turns(steps, 3, operation_id)

    said = {d["message"] async for d in database["operation_items"].find({"operation_id": OTHER})}
    assert said == {
        "The timer job asked for this attempt first. It was Success.",
        f"anna asked for this attempt first (operation {ONE}). It was Success.",
    }
    assert [r.delivery_id for r in broker.asked] == ["t00001.c1", "t00002.c1"]
    assert await steps.items.tally(OTHER) == (0, 0, 3, 0, 0, 0)


async def test_an_attempt_that_a_later_one_followed_is_looked_up(
    database: Any, broker: Broker
) -> None:
    await fill(database, 2)
    steps = the_steps(database, broker)
    await requested(steps)
    await turns(steps, 3)
    await came_to(database, "Success")
    await database["deliveries"].update_many({}, {"$set": {"attempt": 3}})
    await database["attempts"].insert_one(
        {"_id": "t00000.c1.2", "status": "Failed", "message": "[DSWBHK020] Refused."}
    )

    await turns(steps, 3)

    said = {
        d["delivery_id"]: (d["outcome"], d["message"])
        async for d in database["operation_items"].find()
    }
    assert said["t00000.c1"] == ("failed", "[DSWBHK020] Refused.")
    assert said["t00001.c1"][0] == "failed"


async def test_without_a_snapshot_nothing_is_claimed_and_the_item_says_so(
    database: Any, broker: Broker
) -> None:
    await fill(database, 2)
    await database["transactions"].delete_one({"_id": "t00000"})
    steps = the_steps(database, broker)
    await requested(steps)

    await turns(steps, 3)

    [item] = await steps.items.some(ONE, ItemOutcome.SKIPPED, 10)
    assert "snapshot is not stored" in (item.message or "")
    assert [claim["_id"] async for claim in database["requeues"].find()] == ["t00001.c1.2"]


async def test_a_word_that_comes_before_its_operation_is_heeded_and_an_older_one_is_not(
    database: Any, broker: Broker
) -> None:
    await fill(database, 3)
    steps = the_steps(database, broker)
    await steered(steps, OperationCommand.PAUSE, second=2)
    await steered(steps, OperationCommand.CANCEL, second=1)
    await requested(steps)
    await requested(steps)

    await turns(steps, 3)

    assert (broker.told[-1].state, broker.told[-1].reason, broker.asked) == (
        OperationState.PAUSED,
        "Paused by bert.",
        [],
    )


async def test_archiving_is_told_again_after_a_kill_until_it_is_noted(
    database: Any, broker: Broker
) -> None:
    await fill(database, 3)
    steps = the_steps(database, broker)
    await requested(steps, kind=OperationKind.ARCHIVE)
    await turns(steps, 1)
    operation = await steps.operations.read(ONE)
    await steps.carry_out(operation, 10)

    await turns(steps, 3)

    assert broker.archived == [
        DeliveriesArchived(
            operation_id=ONE,
            archived=True,
            asked_at=A_MOMENT,
            delivery_ids=("t00000.c1", "t00001.c1", "t00002.c1"),
        )
    ]
    assert (broker.told[-1].state, broker.told[-1].counts.succeeded) == (OperationState.DONE, 3)


async def test_of_two_replicas_the_slower_one_tells_nothing(database: Any, broker: Broker) -> None:
    await fill(database, 1)
    steps = the_steps(database, broker)
    await requested(steps)
    seen, tally = await steps.operations.read(ONE), await steps.items.tally(ONE)
    await turns(steps, 2)
    told = len(broker.told)

    slower = await steps.report(seen, tally, judge(seen, tally), anyway=True)

    assert (slower, len(broker.told)) == (None, told)
    assert [p.revision for p in broker.told] == list(range(1, told + 1))


async def test_counts_taken_while_another_replica_moves_items_are_not_told(
    database: Any, broker: Broker
) -> None:
    await fill(database, 3)
    steps = the_steps(database, broker)
    await requested(steps)
    await turns(steps, 1)
    told = len(broker.told)
    await database["operation_items"].delete_one({})

    await turns(steps, 2)

    assert len(broker.told) == told


async def test_operations_end_ninety_days_after_they_were_over(
    database: Any, broker: Broker
) -> None:
    await fill(database, 3)
    steps = the_steps(database, broker)
    for operation_id in (ONE, OTHER):
        await requested(steps, operation_id, kind=OperationKind.ARCHIVE)
        await turns(steps, 5, operation_id)
    await database["operations"].update_one(
        {"_id": ONE}, {"$set": {"finished_at": A_MOMENT - timedelta(days=400)}}
    )

    await forget(steps.operations, steps.items)

    assert [o["_id"] async for o in database["operations"].find()] == [OTHER]
    assert await database["operation_items"].distinct("operation_id") == [OTHER]
