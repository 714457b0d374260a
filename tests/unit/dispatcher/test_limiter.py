from __future__ import annotations

import asyncio

import pytest

from dispatcher.lanes import limiter as module
from dispatcher.lanes.limiter import Limiter, Limiters
from tests.support.builders import a_connector


class Crowd:
    """Calls that stay until they are let go, and how many were ever under way at once."""

    def __init__(self, limiter: Limiter, size: int) -> None:
        self.now = self.most = 0
        self.over = asyncio.Event()
        self.tasks = [asyncio.create_task(self._call(limiter)) for _ in range(size)]

    async def _call(self, limiter: Limiter) -> None:
        async with limiter.slot():
            self.now += 1
            self.most = max(self.most, self.now)
            await self.over.wait()
            self.now -= 1


async def test_no_more_calls_than_allowed_are_under_way() -> None:
    crowd = Crowd(Limiter(3, 0), size=10)
    await asyncio.sleep(0.01)
    assert crowd.now == 3

    crowd.over.set()
    await asyncio.gather(*crowd.tasks)
    assert crowd.most == 3


async def test_a_cancelled_call_gives_its_place_away() -> None:
    crowd = Crowd(Limiter(2, 0), size=6)
    await asyncio.sleep(0.01)
    for task in (crowd.tasks[0], crowd.tasks[3]):
        task.cancel()
    await asyncio.sleep(0.01)

    crowd.over.set()
    await asyncio.gather(*crowd.tasks, return_exceptions=True)
    assert sum(task.cancelled() for task in crowd.tasks) == 2


async def test_throttling_halves_and_success_brings_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SHORTEST_PAUSE_S", 0.0)
    limiter = Limiter(8, 0)

    limiter.slow_down(None)
    limiter.slow_down(None)
    assert limiter.allowed == 2

    for _ in range(100):
        limiter.went_well()
    assert limiter.allowed == 8


async def test_a_throttled_lane_waits_as_long_as_it_was_asked_to() -> None:
    limiter, loop = Limiter(8, 0), asyncio.get_running_loop()
    limiter.slow_down(0.2)
    module_pause = max(0.2, module.SHORTEST_PAUSE_S)

    began = loop.time()
    async with limiter.slot():
        assert loop.time() - began >= module_pause - 0.01


def test_connectors_of_one_credential_of_business_central_share_its_limits() -> None:
    limiters = Limiters()
    one = a_connector(
        connector_id="a",
        system="Business Central",
        uri="https://bc.cronus.example/x",
        authentication={"client_id": "made-up"},
    )
    two = one.model_copy(update={"connector_id": "b"})
    other = one.model_copy(update={"connector_id": "c", "system": "NAV"})

    assert limiters.of(one) is limiters.of(two)
    assert limiters.of(one) is not limiters.of(other)


def test_business_central_takes_five_calls_at_once_and_six_thousand_in_five_minutes() -> None:
    connector = a_connector(system="Business Central")

    assert (connector.calls_in_flight, connector.calls_per_second * 300) == (5, 6000)
