"""What operations cost MongoDB: a paused one nothing, a running one no count of all its items."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from unittest.mock import AsyncMock

import pytest

from common.contracts.operation import ItemOutcome, OperationCommand, OperationState
from retry.operations.runner import Steps
from retry.operations.supervisor import Operate
from tests.support.stepping import (
    ONE,
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
from tests.support.system import until

__all__ = ["broker", "database"]

LOOKED_S = 2.0


class Leader:
    """The lease is this replica's."""

    async def is_mine(self) -> bool:
        return True


@pytest.fixture
async def steps(database: Any, broker: Broker) -> AsyncIterator[Steps]:
    """The steps of a replica that carries operations out."""
    made = the_steps(database, broker)
    operate = Operate(Leader(), made)
    running = asyncio.create_task(operate.run())
    yield made
    running.cancel()
    await operate.finish()


async def until_told(broker: Broker, state: OperationState) -> None:
    async def ask() -> bool:
        return bool(broker.told) and broker.told[-1].state is state

    await until(ask, f"the operation to be {state}")


async def asked_of_mongodb(database: Any) -> Counter[tuple[str, str]]:
    """Commands since the profiler was begun, by collection and kind."""
    found = await database["system.profile"].find({"ns": {"$not": {"$regex": "profile"}}}).to_list()
    return Counter(
        (entry["ns"].partition(".")[2], next(iter(entry.get("command", {"": 0}))))
        for entry in found
    )


async def test_a_paused_operation_asks_mongodb_for_nothing_and_goes_on_when_it_is_resumed(
    database: Any, broker: Broker, steps: Steps
) -> None:
    await fill(database, 300)
    await requested(steps, per_second=1)
    await until_told(broker, OperationState.RUNNING)
    await steered(steps, OperationCommand.PAUSE)
    await until_told(broker, OperationState.PAUSED)
    await came_to(database, "Success")

    async def settled() -> bool:
        return broker.told[-1].counts.asked == 0

    await until(settled, "what was asked for to be settled")
    await asyncio.sleep(1)
    await database.command("profile", 2)

    await asyncio.sleep(LOOKED_S)
    cost = await asked_of_mongodb(database)

    assert set(cost) == {("operations", "find")}, "looking for new operations is all"
    assert cost.total() <= LOOKED_S + 2
    await steered(steps, OperationCommand.RESUME, second=2)
    await until_told(broker, OperationState.RUNNING)


async def test_a_running_operation_counts_its_items_twice_at_most(
    database: Any, broker: Broker
) -> None:
    await fill(database, 2_000)
    made = the_steps(database, broker)
    await requested(made, planned=2_000)
    await database.command("profile", 2)

    await turns(made, 8)
    await came_to(database, "Success")
    await turns(made, 8)

    counted = (await asked_of_mongodb(database))["operation_items", "aggregate"]
    assert broker.told[-1].state is OperationState.DONE
    assert broker.told[-1].counts.succeeded == 2_000
    assert counted <= 4, "once as stock is taken, and once each time a replica takes it up"


async def test_items_that_another_replica_moves_are_counted_in_the_end(
    database: Any, broker: Broker
) -> None:
    await fill(database, 10)
    mine, other = the_steps(database, broker), the_steps(database, broker)
    await requested(mine)
    await turns(mine, 1)
    before = await mine.items.running_tally(ONE)
    moved = await other.items.some(ONE, ItemOutcome.WAITING, 4)

    await other.items.ask(ONE, dict.fromkeys((item.delivery_id for item in moved), None))
    await mine.items.some(ONE, ItemOutcome.WAITING, 500)

    assert before == (10, 0, 0, 0, 0, 0)
    assert await mine.items.running_tally(ONE) == (6, 4, 0, 0, 0, 0)


async def test_an_operation_that_another_replica_reported_does_not_rest(
    database: Any, broker: Broker
) -> None:
    await fill(database, 3)
    made = the_steps(database, broker)
    await requested(made)
    await steered(made, OperationCommand.PAUSE)
    outrun = AsyncMock(return_value=None)
    course = await turns(made, 3)
    rested = course.rests

    course._steps = made._replace(report=outrun)
    await course.turn()

    assert (rested, course.rests) == (True, False)
