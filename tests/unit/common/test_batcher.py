from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from common.batcher import Batcher


async def test_what_comes_together_goes_out_together_in_order() -> None:
    flushed: list[list[int]] = []

    async def flush(items: Sequence[int]) -> Sequence[int | Exception]:
        flushed.append(list(items))
        await asyncio.sleep(0)
        return [item * 2 for item in items]

    batcher: Batcher[int, int] = Batcher(flush, limit=4)

    results = await asyncio.gather(*(batcher.submit(n) for n in range(10)))

    assert results == [n * 2 for n in range(10)]
    assert flushed == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


async def test_a_flush_is_bounded_in_bytes_and_a_larger_item_goes_alone() -> None:
    flushed: list[list[int]] = []

    async def flush(sizes: Sequence[int]) -> Sequence[int | Exception]:
        flushed.append(list(sizes))
        return list(sizes)

    batcher: Batcher[int, int] = Batcher(flush, most_bytes=10, size_of=lambda size: size)

    results = await asyncio.gather(*(batcher.submit(size) for size in (4, 6, 1, 25, 9, 1, 1)))

    assert results == [4, 6, 1, 25, 9, 1, 1]
    assert flushed == [[4, 6], [1], [25], [9, 1], [1]]


async def test_one_items_error_is_only_its_own() -> None:
    async def flush(items: Sequence[int]) -> Sequence[int | Exception]:
        return [ValueError("three") if item == 3 else item for item in items]

    batcher: Batcher[int, int] = Batcher(flush)

    results = await asyncio.gather(*(batcher.submit(n) for n in range(5)), return_exceptions=True)

    assert [r for r in results if not isinstance(r, Exception)] == [0, 1, 2, 4]
    assert isinstance(results[3], ValueError)


async def test_a_flush_that_raises_tells_everyone_and_the_next_goes_on() -> None:
    fails = [True]

    async def flush(items: Sequence[int]) -> Sequence[int | Exception]:
        if fails.pop() if fails else False:
            raise OSError("away")
        return list(items)

    batcher: Batcher[int, int] = Batcher(flush)

    with pytest.raises(OSError, match="away"):
        await batcher.submit(1)
    assert await batcher.submit(2) == 2


async def test_items_given_up_while_they_wait_are_dropped_where_that_is_wanted() -> None:
    flushed: list[int] = []
    first = asyncio.Event()

    async def flush(items: Sequence[int]) -> list[int]:
        await first.wait()
        flushed.extend(items)
        return list(items)

    batcher = Batcher(flush, limit=1, drops_cancelled=True)
    futures = [batcher.submit(number) for number in range(4)]
    await asyncio.sleep(0.01)
    futures[1].cancel()
    futures[2].cancel()
    first.set()

    assert await futures[3] == 3
    assert flushed == [0, 3]
