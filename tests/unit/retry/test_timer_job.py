from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from retry.timer.schedule import Schedule
from retry.timer.timer_job import Timer
from tests.support.system import until


class FakeClock:
    """A lease that this replica has, or has lost."""

    def __init__(self) -> None:
        self.mine = True
        self.begun: list[datetime] = []

    async def is_mine(self) -> bool:
        return self.mine

    async def begin(self, tick: datetime) -> bool:
        self.begun.append(tick)
        return True


class FakeRequeue:
    """A run that takes until it is let go, or raises."""

    def __init__(self, *, raises: bool = False) -> None:
        self.runs = 0
        self.ended = 0
        self.raises = raises
        self.let_go = asyncio.Event()

    async def __call__(self, goes_on: Callable[[], bool]) -> int:
        self.runs += 1
        if self.raises:
            raise ValueError("unforeseen")
        await until(lambda: self._is_over(goes_on), "the run to end", within_s=10)
        self.ended += 1
        return 0

    async def _is_over(self, goes_on: Callable[[], bool]) -> bool:
        return self.let_go.is_set() or not goes_on()

    async def resume(self) -> int:
        return 0


async def wait_until(holds: Callable[[], bool]) -> None:
    async def ask() -> bool:
        return holds()

    await until(ask, "the timer to act", within_s=10)


def a_timer(clock: FakeClock, requeue: FakeRequeue) -> Timer:
    return Timer(Schedule("* * * * * *", datetime.now(UTC)), clock, requeue, beat_s=0.05)


@pytest.fixture
def requeue() -> FakeRequeue:
    return FakeRequeue()


async def test_a_tick_during_a_run_is_left_out_and_the_lease_is_kept(
    requeue: FakeRequeue, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = FakeClock()
    timer = a_timer(clock, requeue)
    running = asyncio.create_task(timer.run())

    await wait_until(lambda: requeue.runs == 1)
    await asyncio.sleep(1.2)

    assert (requeue.runs, len(clock.begun)) == (1, 1)
    assert "the one before is still at work" in capsys.readouterr().out
    requeue.let_go.set()
    await wait_until(lambda: requeue.runs == 2)
    running.cancel()
    await timer.finish()


async def test_a_run_ends_where_the_lease_is_lost(requeue: FakeRequeue) -> None:
    clock = FakeClock()
    timer = a_timer(clock, requeue)
    running = asyncio.create_task(timer.run())
    await wait_until(lambda: requeue.runs == 1)

    clock.mine = False

    await wait_until(lambda: requeue.ended == 1)
    running.cancel()
    await timer.finish()


async def test_stopping_does_not_wait_for_the_whole_run(requeue: FakeRequeue) -> None:
    timer = a_timer(FakeClock(), requeue)
    running = asyncio.create_task(timer.run())
    await wait_until(lambda: requeue.runs == 1)
    running.cancel()

    async with asyncio.timeout(5):
        await timer.finish()

    assert requeue.ended == 1


async def test_an_unforeseen_error_ends_one_run_alone() -> None:
    requeue = FakeRequeue(raises=True)
    timer = a_timer(FakeClock(), requeue)
    running = asyncio.create_task(timer.run())

    await wait_until(lambda: requeue.runs == 2)

    assert not running.done()
    running.cancel()
    await timer.finish()
