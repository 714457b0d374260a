from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta

import pytest

from retry.operations import runner, supervisor
from retry.operations.runner import OperationRunner, StepWork
from retry.operations.supervisor import OperationSupervisor
from retry.store.items import ItemStore
from retry.store.operations import OperationStore
from tests.support.builders import A_MOMENT
from tests.support.fake_lease import FakeLease
from tests.support.system import until


class FakeOperations(OperationStore):
    """Unfinished operations in memory, with their last steering times."""

    def __init__(self, *operation_ids: str) -> None:
        self.steered_at: dict[str, datetime | None] = dict.fromkeys(operation_ids)

    async def unfinished(self) -> list[tuple[str, datetime | None]]:
        return list(self.steered_at.items())

    async def find_expired(self) -> str | None:
        return None


class FakeItems(ItemStore):
    """No items, because no operation is expired."""

    def __init__(self) -> None:
        pass


class FakeRunner(OperationRunner):
    """Counts its steps, is idle after each step, and raises on request."""

    def __init__(self, operation_id: str, *, raises: bool = False) -> None:
        self.operation_id = operation_id
        self.steps = 0
        self.is_idle = False
        self.is_finished = False
        self.raises = raises

    async def resume(self) -> None:
        if self.raises:
            raise ValueError("unexpected")

    async def step(self) -> StepWork:
        self.steps += 1
        self.is_idle = True
        return StepWork.NOTHING


class Runners:
    """Creates and records runners. The first one may raise."""

    def __init__(self) -> None:
        self.made: list[FakeRunner] = []
        self.first_raises = False

    def __call__(self, operation_id: str) -> FakeRunner:
        self.made.append(FakeRunner(operation_id, raises=self.first_raises and not self.made))
        return self.made[-1]


@pytest.fixture
def lease() -> FakeLease:
    return FakeLease()


@pytest.fixture
def runners() -> Runners:
    return Runners()


@pytest.fixture
def operations() -> FakeOperations:
    return FakeOperations("one", "other")


@pytest.fixture
async def running(
    lease: FakeLease,
    runners: Runners,
    operations: FakeOperations,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[OperationSupervisor]:
    """A supervisor that polls every 10 ms."""
    monkeypatch.setattr(supervisor, "POLL_INTERVAL_S", 0.01)
    monkeypatch.setattr(runner, "STEP_INTERVAL_S", 0.01)
    made = OperationSupervisor(lease, operations, FakeItems(), runners)
    task = asyncio.create_task(made.run())
    yield made
    task.cancel()
    await made.finish()


async def wait_until(holds: Callable[[], bool]) -> None:
    async def ask() -> bool:
        return holds()

    await until(ask, "the supervisor to act", within_s=10)


@pytest.mark.usefixtures("running")
async def test_each_unfinished_operation_has_one_runner(runners: Runners) -> None:
    await wait_until(lambda: len(runners.made) == 2)
    await asyncio.sleep(0.1)

    assert [runner.operation_id for runner in runners.made] == ["one", "other"]


@pytest.mark.usefixtures("running")
async def test_an_idle_operation_takes_its_next_step_when_it_is_steered(
    runners: Runners, operations: FakeOperations
) -> None:
    await wait_until(lambda: len(runners.made) == 2 and runners.made[0].steps == 1)

    operations.steered_at["one"] = A_MOMENT
    await wait_until(lambda: runners.made[0].steps == 2)
    operations.steered_at["one"] = A_MOMENT + timedelta(seconds=1)
    await wait_until(lambda: runners.made[0].steps == 3)

    assert runners.made[1].steps == 1


@pytest.mark.usefixtures("running")
async def test_another_replica_gets_the_operations_when_the_lease_is_lost(
    runners: Runners, lease: FakeLease
) -> None:
    await wait_until(lambda: len(runners.made) == 2)
    lease.is_held = False
    await asyncio.sleep(0.1)
    before = len(runners.made)

    lease.is_held = True
    await wait_until(lambda: len(runners.made) == 4)

    assert before == 2, "no runner is created without the lease"


async def test_an_operation_that_raised_is_started_again(
    lease: FakeLease, runners: Runners, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "POLL_INTERVAL_S", 0.01)
    runners.first_raises = True
    made = OperationSupervisor(lease, FakeOperations("one"), FakeItems(), runners)
    task = asyncio.create_task(made.run())

    await wait_until(lambda: len(runners.made) == 2 and runners.made[1].steps == 1)

    task.cancel()
    await made.finish()


async def test_finishing_ends_idle_operations_at_once(
    running: OperationSupervisor, runners: Runners
) -> None:
    await wait_until(lambda: len(runners.made) == 2 and runners.made[0].is_idle)

    async with asyncio.timeout(5):
        await running.finish()
