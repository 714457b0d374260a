"""The load of operations on MongoDB: none while paused, and no full count in each step."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from unittest.mock import AsyncMock

import pytest

from common.contracts.operation import ItemOutcome, OperationCommand, OperationState
from retry.operations.supervisor import OperationSupervisor
from tests.support.fake_lease import FakeLease
from tests.support.retry_replica import (
    ONE,
    FakeRetryPublisher,
    RetryReplica,
    database,
    end_second_attempts,
    publisher,
    store_failed,
)
from tests.support.system import until

__all__ = ["database", "publisher"]

MEASURED_S = 2.0


@pytest.fixture
async def replica(database: Any, publisher: FakeRetryPublisher) -> AsyncIterator[RetryReplica]:
    """A replica that runs operations."""
    made = RetryReplica(database, publisher)
    supervisor = OperationSupervisor(FakeLease(), made.operations, made.items, made.create_runner)
    running = asyncio.create_task(supervisor.run())
    yield made
    running.cancel()
    await supervisor.finish()


async def until_published(publisher: FakeRetryPublisher, state: OperationState) -> None:
    async def ask() -> bool:
        return bool(publisher.progress) and publisher.progress[-1].state is state

    await until(ask, f"the operation to be {state}")


async def commands_of(database: Any) -> Counter[tuple[str, str]]:
    """Return the commands since the profiler was started, by collection and kind."""
    found = await database["system.profile"].find({"ns": {"$not": {"$regex": "profile"}}}).to_list()
    return Counter(
        (entry["ns"].partition(".")[2], next(iter(entry.get("command", {"": 0}))))
        for entry in found
    )


async def test_a_paused_operation_reads_nothing_and_continues_when_it_is_resumed(
    database: Any, publisher: FakeRetryPublisher, replica: RetryReplica
) -> None:
    await store_failed(database, 300)
    await replica.request(per_second=1)
    await until_published(publisher, OperationState.RUNNING)
    await replica.steer(OperationCommand.PAUSE)
    await until_published(publisher, OperationState.PAUSED)
    await end_second_attempts(database, "Success")

    async def are_collected() -> bool:
        return publisher.progress[-1].counts.asked == 0

    await until(are_collected, "the results to be collected")
    await asyncio.sleep(1)
    await database.command("profile", 2)

    await asyncio.sleep(MEASURED_S)
    commands = await commands_of(database)

    assert set(commands) == {("operations", "find")}, "only the poll for new operations remains"
    assert commands.total() <= MEASURED_S + 2
    await replica.steer(OperationCommand.RESUME, second=2)
    await until_published(publisher, OperationState.RUNNING)


async def test_a_running_operation_counts_its_items_twice_at_most(
    database: Any, publisher: FakeRetryPublisher
) -> None:
    await store_failed(database, 2_000)
    replica = RetryReplica(database, publisher)
    await replica.request(planned=2_000)
    await database.command("profile", 2)

    await replica.run_steps(8)
    await end_second_attempts(database, "Success")
    await replica.run_steps(8)

    counted = (await commands_of(database))["operation_items", "aggregate"]
    assert publisher.progress[-1].state is OperationState.DONE
    assert publisher.progress[-1].counts.succeeded == 2_000
    assert counted <= 4, "once at the end of enumeration, and once at each start of a runner"


async def test_items_that_another_replica_changes_are_counted_again(
    database: Any, publisher: FakeRetryPublisher
) -> None:
    await store_failed(database, 10)
    own, other = RetryReplica(database, publisher), RetryReplica(database, publisher)
    await own.request()
    await own.run_steps(1)
    before = await own.items.cached_counts(ONE)
    changed = await other.items.with_outcome(ONE, ItemOutcome.WAITING, 4)

    await other.items.mark_asked(ONE, dict.fromkeys((item.delivery_id for item in changed), None))
    await own.items.with_outcome(ONE, ItemOutcome.WAITING, 500)

    assert before == (10, 0, 0, 0, 0, 0)
    assert await own.items.cached_counts(ONE) == (6, 4, 0, 0, 0, 0)


async def test_an_operation_whose_revision_another_replica_wrote_is_not_idle(
    database: Any, publisher: FakeRetryPublisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store_failed(database, 3)
    replica = RetryReplica(database, publisher)
    await replica.request()
    await replica.steer(OperationCommand.PAUSE)
    runner = await replica.run_steps(3)
    was_idle = runner.is_idle
    monkeypatch.setattr(replica.progress, "publish", AsyncMock(return_value=False))
    await replica.steer(OperationCommand.RESUME, second=2)

    await runner.step()

    assert (was_idle, runner.is_idle) == (True, False)
