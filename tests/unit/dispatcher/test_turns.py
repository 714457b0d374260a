from __future__ import annotations

import asyncio

from dispatcher.lanes.turns import Turns


async def test_those_who_want_the_same_key_go_in_the_order_they_came() -> None:
    turns, order = Turns(), []

    async def take(number: int) -> None:
        async with turns.of("demo/1"):
            await asyncio.sleep(0)
            order.append(number)

    await asyncio.gather(*(take(n) for n in range(20)))

    assert order == list(range(20))
    assert turns._locks == {}
