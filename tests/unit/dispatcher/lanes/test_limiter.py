from __future__ import annotations

import asyncio
import random
from collections import Counter

import pytest

from dispatcher.lanes.limiter import Limiter
from tests.support.virtual_time import in_virtual_time, now, settle


class Crowd:
    """Calls of one second each, and the largest number under way at once."""

    def __init__(self, limiter: Limiter) -> None:
        self._limiter = limiter
        self._under_way: Counter[str] = Counter()
        self.began: list[tuple[str, float]] = []
        self.most = 0
        self.tasks: list[asyncio.Task[None]] = []

    def call(self, member: str, times: int, lasts_s: float = 1.0) -> None:
        self.tasks += [asyncio.create_task(self._call(member, lasts_s)) for _ in range(times)]

    def of(self, member: str) -> int:
        return self._under_way[member]

    @property
    def now(self) -> int:
        return self._under_way.total()

    async def over(self) -> None:
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def _call(self, member: str, lasts_s: float) -> None:
        await self._limiter.acquire(member)
        try:
            self._under_way[member] += 1
            self.most = max(self.most, self._under_way.total())
            self.began.append((member, now()))
            await asyncio.sleep(lasts_s)
        finally:
            self._under_way[member] -= 1
            self._limiter.release(member)


@in_virtual_time
async def test_no_more_calls_than_allowed_are_under_way() -> None:
    crowd = Crowd(Limiter(3, 0))

    crowd.call("a", 10)
    await crowd.over()

    assert crowd.most == 3
    assert now() == 4


@in_virtual_time
async def test_a_lower_limit_lets_no_call_begin_before_there_are_fewer() -> None:
    limiter = Limiter(8, 0)
    crowd = Crowd(limiter)
    crowd.call("a", 8)
    await settle()

    limiter.change(2, 0, 1)
    crowd.call("a", 2, lasts_s=0.5)
    began_early = len(crowd.began)
    await asyncio.sleep(1.1)

    assert began_early == 8
    assert crowd.now == 2
    assert limiter.allowed == 2


@in_virtual_time
async def test_a_higher_limit_lets_waiting_calls_begin_at_once() -> None:
    limiter = Limiter(1, 0)
    crowd = Crowd(limiter)
    crowd.call("a", 4)
    await settle()

    limiter.change(4, 0, 1)
    await settle()

    assert crowd.now == 4


@in_virtual_time
async def test_no_limit_is_ever_exceeded_while_limits_change_and_calls_are_cancelled() -> None:
    stream = random.Random(42)
    limiter, most = Limiter(5, 0), 5
    crowd = Crowd(limiter)

    for _ in range(300):
        crowd.call(stream.choice("abc"), stream.randint(0, 3), stream.uniform(0.01, 0.4))
        if stream.random() < 0.3:
            stream.choice(crowd.tasks or [asyncio.create_task(settle())]).cancel()
        if stream.random() < 0.1:
            before, most = most, stream.randint(1, 8)
            limiter.change(most, 0, 3)
            crowd.most = min(crowd.most, most) if most < before else crowd.most
        under_way = crowd.now
        crowd.most = 0
        await asyncio.sleep(stream.uniform(0, 0.1))
        assert crowd.most <= max(most, under_way)

    await crowd.over()
    limiter.change(5, 0, 1)
    crowd.call("a", 20)
    await settle()
    assert crowd.now == 5, "no slot was lost"


@in_virtual_time
async def test_no_more_calls_than_allowed_begin_in_a_second() -> None:
    crowd = Crowd(Limiter(100, 4))

    crowd.call("a", 9, lasts_s=0)
    await crowd.over()

    assert [at for _, at in crowd.began] == pytest.approx([n / 4 for n in range(9)])


@in_virtual_time
async def test_waiting_for_the_rate_takes_no_slot() -> None:
    limiter = Limiter(2, 1)
    crowd = Crowd(limiter)

    crowd.call("a", 5, lasts_s=0)
    await asyncio.sleep(0.5)

    assert limiter._total == 0
    await crowd.over()
    assert now() == 4


@in_virtual_time
async def test_the_rate_is_not_saved_up_while_nothing_is_sent() -> None:
    crowd = Crowd(Limiter(100, 2))
    await asyncio.sleep(60)

    crowd.call("a", 3, lasts_s=0)
    await crowd.over()

    assert [at for _, at in crowd.began] == [60, 60.5, 61]


@in_virtual_time
async def test_connectors_of_one_credential_share_its_calls_evenly() -> None:
    limiter = Limiter(4, 0)
    limiter.change(4, 0, 2)
    crowd = Crowd(limiter)

    crowd.call("busy", 100)
    await settle()
    crowd.call("other", 100)
    await asyncio.sleep(5)

    assert (crowd.of("busy"), crowd.of("other")) == (2, 2)
    for task in crowd.tasks:
        task.cancel()
    await crowd.over()


@in_virtual_time
async def test_connectors_that_share_one_call_take_turns() -> None:
    limiter = Limiter(1, 0)
    limiter.change(1, 0, 2)
    crowd = Crowd(limiter)

    crowd.call("busy", 100)
    await settle()
    crowd.call("other", 2)
    await asyncio.sleep(4.5)

    assert [member for member, _ in crowd.began] == ["busy", "busy", "other", "busy", "other"]
    for task in crowd.tasks:
        task.cancel()
    await crowd.over()


@in_virtual_time
async def test_a_connector_whose_calls_hang_leaves_one_slot_to_the_others() -> None:
    limiter = Limiter(5, 0)
    limiter.change(5, 0, 2)
    crowd = Crowd(limiter)
    crowd.call("hangs", 20, lasts_s=3_600)
    await settle()

    crowd.call("works", 1, lasts_s=0)
    await settle()

    assert crowd.of("hangs") == 4
    assert ("works", 0) in crowd.began
    for task in crowd.tasks:
        task.cancel()
    await crowd.over()


@in_virtual_time
async def test_a_connector_that_shares_with_none_uses_every_slot() -> None:
    limiter = Limiter(5, 0)
    limiter.change(5, 0, 1)
    crowd = Crowd(limiter)

    crowd.call("alone", 5)
    await settle()

    assert crowd.of("alone") == 5
    await crowd.over()


@in_virtual_time
async def test_a_delivery_that_stops_waiting_loses_no_slot() -> None:
    crowd = Crowd(Limiter(1, 0))
    crowd.call("a", 3)
    await settle()

    crowd.tasks[1].cancel()
    await crowd.over()

    assert [at for _, at in crowd.began] == [0, 1]


@in_virtual_time
async def test_a_delivery_cancelled_when_its_turn_came_loses_no_slot() -> None:
    limiter = Limiter(1, 0)
    await limiter.acquire("a")
    waiting = asyncio.create_task(limiter.acquire("a"))
    await settle()

    limiter.release("a")
    waiting.cancel()
    await settle()

    assert waiting.cancelled()
    await asyncio.wait_for(limiter.acquire("a"), 1)


@in_virtual_time
async def test_calls_begin_in_the_order_of_arrival() -> None:
    limiter, order = Limiter(1, 0), list[int]()

    async def call(number: int) -> None:
        await limiter.acquire("a")
        order.append(number)
        await asyncio.sleep(0.1)
        limiter.release("a")

    await asyncio.gather(*(call(number) for number in range(6)))

    assert order == [0, 1, 2, 3, 4, 5]


@in_virtual_time
async def test_each_throttling_halves_the_calls_and_each_round_of_successes_adds_one() -> None:
    limiter = Limiter(8, 0)

    limiter.slow_down()
    halved = limiter.allowed
    limiter.slow_down()
    halved_again = limiter.allowed
    for _ in range(halved_again):
        limiter.succeeded()
    limiter.succeeded()
    after_a_round = limiter.allowed
    for _ in range(100):
        limiter.succeeded()

    assert (halved, halved_again, after_a_round, limiter.allowed) == (4, 2, 3, 8)


@in_virtual_time
async def test_one_call_stays_allowed_however_often_a_back_office_throttles() -> None:
    limiter = Limiter(8, 0)

    for _ in range(20):
        limiter.slow_down()

    assert limiter.allowed == 1


@in_virtual_time
async def test_no_call_begins_for_a_moment_after_throttling() -> None:
    limiter = Limiter(8, 0)
    limiter.slow_down()

    await limiter.acquire("a")

    assert now() == 1
