from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from retry.timer.failed_requeuer import FailedRequeuer
from retry.timer.schedule import Schedule
from retry.timer.timer_job import TimerJobRunner
from tests.support.fake_lease import FakeLease
from tests.support.system import until


class FakeRequeuer(FailedRequeuer):
    """A run that lasts until it is released or stopped, or that raises."""

    def __init__(self, *, raises: bool = False) -> None:
        self.runs = 0
        self.ended = 0
        self.raises = raises
        self.released = asyncio.Event()

    async def requeue_all(self, may_continue: Callable[[], bool] = lambda: True) -> int:
        self.runs += 1
        if self.raises:
            raise ValueError("unexpected")
        await until(lambda: self._is_over(may_continue), "the run to end", within_s=10)
        self.ended += 1
        return 0

    async def _is_over(self, may_continue: Callable[[], bool]) -> bool:
        return self.released.is_set() or not may_continue()

    async def resume(self) -> int:
        return 0


async def wait_until(holds: Callable[[], bool]) -> None:
    async def ask() -> bool:
        return holds()

    await until(ask, "the timer to act", within_s=10)


def a_timer_job(lease: FakeLease, requeuer: FakeRequeuer) -> TimerJobRunner:
    return TimerJobRunner(
        Schedule("* * * * * *", datetime.now(UTC)), lease, requeuer, poll_interval_s=0.05
    )


@pytest.fixture
def requeuer() -> FakeRequeuer:
    return FakeRequeuer()


async def test_a_tick_during_a_run_is_skipped_and_the_lease_is_renewed(
    requeuer: FakeRequeuer, capsys: pytest.CaptureFixture[str]
) -> None:
    lease = FakeLease()
    timer_job = a_timer_job(lease, requeuer)
    running = asyncio.create_task(timer_job.run())

    await wait_until(lambda: requeuer.runs == 1)
    await asyncio.sleep(1.2)

    assert (requeuer.runs, len(lease.ticks)) == (1, 1)
    assert "the previous run is still at work" in capsys.readouterr().out
    requeuer.released.set()
    await wait_until(lambda: requeuer.runs == 2)
    running.cancel()
    await timer_job.finish()


async def test_a_run_ends_when_the_lease_is_lost(requeuer: FakeRequeuer) -> None:
    lease = FakeLease()
    timer_job = a_timer_job(lease, requeuer)
    running = asyncio.create_task(timer_job.run())
    await wait_until(lambda: requeuer.runs == 1)

    lease.is_held = False

    await wait_until(lambda: requeuer.ended == 1)
    running.cancel()
    await timer_job.finish()


async def test_stopping_does_not_wait_for_the_whole_run(requeuer: FakeRequeuer) -> None:
    timer_job = a_timer_job(FakeLease(), requeuer)
    running = asyncio.create_task(timer_job.run())
    await wait_until(lambda: requeuer.runs == 1)
    running.cancel()

    async with asyncio.timeout(5):
        await timer_job.finish()

    assert requeuer.ended == 1


async def test_an_unexpected_error_ends_only_its_run() -> None:
    requeuer = FakeRequeuer(raises=True)
    timer_job = a_timer_job(FakeLease(), requeuer)
    running = asyncio.create_task(timer_job.run())

    await wait_until(lambda: requeuer.runs == 2)

    assert not running.done()
    running.cancel()
    await timer_job.finish()
