from __future__ import annotations

import asyncio

from portal_api.recording.byte_budget import ByteBudget


async def test_messages_are_admitted_in_order_while_their_bytes_fit() -> None:
    budget, inside, seen = ByteBudget(10), [0], list[tuple[int, int]]()

    async def message(size: int) -> None:
        async with budget.reserve(size):
            inside[0] += size
            seen.append((size, inside[0]))
            await asyncio.sleep(0.001)
            inside[0] -= size

    await asyncio.gather(*(message(size) for size in (4, 6, 5, 25, 5, 5)))

    assert [size for size, _ in seen] == [4, 6, 5, 25, 5, 5]
    assert max(total for size, total in seen if size <= 10) <= 10
    assert (25, 25) in seen


async def test_a_cancelled_message_releases_its_bytes() -> None:
    budget = ByteBudget(10)

    async def stay() -> None:
        async with budget.reserve(8):
            await asyncio.sleep(60)

    staying, waiting = asyncio.create_task(stay()), asyncio.create_task(stay())
    await asyncio.sleep(0)
    waiting.cancel()
    staying.cancel()
    await asyncio.gather(staying, waiting, return_exceptions=True)

    async with asyncio.timeout(1), budget.reserve(10):
        pass
