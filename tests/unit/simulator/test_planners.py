"""Planners: in order per appointment, without losses, at the set rate."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from simulator.errors import NotAcceptedError, RefusedError
from simulator.planners import planners as module
from simulator.planners.changes import Change, Changes
from simulator.planners.clock import stepping_clock
from simulator.planners.planners import Planners


class FakeIngest:
    """Accepts changes in memory, and can be slow or refuse all."""

    def __init__(self, delay_s: float = 0.0, refuses_with: int | None = None) -> None:
        self.delay_s = delay_s
        self.refuses_with = refuses_with
        self.begun: list[Change] = []
        self.accepted: list[Change] = []
        self.under_way: list[int] = []

    async def report(self, change: Change, _: Callable[[str], None]) -> str:
        assert change.appointment_id not in self.under_way
        self.under_way.append(change.appointment_id)
        self.begun.append(change)
        await asyncio.sleep(self.delay_s)
        self.under_way.remove(change.appointment_id)
        if self.refuses_with:
            raise RefusedError(self.refuses_with)
        self.accepted.append(change)
        return f"t{len(self.accepted)}"


def some_planners(ingest: FakeIngest, rate: float = 0.0, calls_in_flight: int = 64) -> Planners:
    changes = Changes(7, 3, ("A",), stepping_clock(datetime(2026, 7, 21, tzinfo=UTC)))
    return Planners(changes, ingest.report, rate, calls_in_flight)


@asynccontextmanager
async def at_work(planners: Planners) -> AsyncIterator[None]:
    task = asyncio.create_task(planners.run())
    yield
    task.cancel()
    await asyncio.wait({task})


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - a condition with a deadline
            await asyncio.sleep(0.005)


async def test_changes_of_one_appointment_are_reported_one_after_the_other() -> None:
    ingest = FakeIngest(delay_s=0.003)

    async with at_work(some_planners(ingest, rate=5_000)):
        await until(lambda: len(ingest.accepted) >= 100)

    for appointment in {c.appointment_id for c in ingest.accepted}:
        times = [c.modified_at for c in ingest.accepted if c.appointment_id == appointment]
        assert times == sorted(times)


async def test_idle_planners_change_nothing_until_a_rate_is_set() -> None:
    ingest = FakeIngest()
    planners = some_planners(ingest)

    async with at_work(planners):
        await asyncio.sleep(0.05)
        assert ingest.begun == []
        planners.set_rate(1_000)
        await until(lambda: len(ingest.accepted) >= 10)
        planners.set_rate(0)
        await asyncio.sleep(0.02)
        idle_at = len(ingest.begun)
        await asyncio.sleep(0.05)

    assert len(ingest.begun) == idle_at


async def test_the_rate_is_kept() -> None:
    ingest = FakeIngest()

    async with at_work(some_planners(ingest, rate=200)):
        await asyncio.sleep(0.5)

    assert 80 <= len(ingest.begun) <= 105


async def test_slow_ingest_gets_no_more_calls_at_once_than_allowed() -> None:
    ingest = FakeIngest(delay_s=10)

    async with at_work(some_planners(ingest, rate=5_000, calls_in_flight=2)):
        await asyncio.sleep(0.1)

    assert len(ingest.under_way) <= 2


async def test_a_refused_change_is_counted_and_the_work_goes_on() -> None:
    ingest = FakeIngest(refuses_with=401)
    planners = some_planners(ingest, rate=1_000)

    async with at_work(planners):
        await until(lambda: planners.counts["refused"] >= 5)

    assert planners.counts["accepted"] == 0


async def test_one_more_change_tells_its_transaction() -> None:
    planners = some_planners(FakeIngest())

    posted = await planners.post_one("CRM")

    assert (posted.transaction_id, posted.change.source_app, posted.change.action) == (
        "t1",
        "CRM",
        "create",
    )
    assert planners.counts == {"posted": 1, "accepted": 1, "refused": 0, "again": 0, "rate": 0.0}


async def test_one_more_change_that_is_not_accepted_in_time_is_still_being_posted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "ONE_TIMEOUT_S", 0.01)
    planners = some_planners(FakeIngest(delay_s=0.05))

    with pytest.raises(NotAcceptedError):
        await planners.post_one()
    await planners.drain(1)

    assert planners.counts["accepted"] == 1


async def test_draining_gives_up_on_what_takes_too_long() -> None:
    planners = some_planners(FakeIngest(delay_s=60), rate=1_000)
    async with at_work(planners):
        await until(lambda: planners.counts["posted"] >= 3)

    await asyncio.wait_for(planners.drain(0.01), 1)

    assert planners.counts["accepted"] == 0
