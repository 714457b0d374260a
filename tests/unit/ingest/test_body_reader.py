from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ingest.body_reader import BodyReader
from ingest.errors import TooLargeError, TooManyBodiesError, UnreadableError


def receiving(*messages: dict[str, Any]) -> Any:
    waiting = list(messages)

    async def receive() -> dict[str, Any]:
        if not waiting:
            await asyncio.Event().wait()
        return waiting.pop(0)

    return receive


def a_part(body: bytes, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


@pytest.mark.parametrize(
    ("announced", "size"), [(b"7", 7), (b"100", 100), (b"", 100), (b"-5", 100), (b"x", 100)]
)
def test_a_body_without_size_counts_as_the_largest(announced: bytes, size: int) -> None:
    assert BodyReader(100).size_of({b"content-length": announced}) == size


@pytest.mark.parametrize("announced", [b"101", b"9" * 5_000])
def test_a_body_with_a_size_over_the_limit_is_refused(announced: bytes) -> None:
    with pytest.raises(TooLargeError, match="100 bytes"):
        BodyReader(100).size_of({b"content-length": announced})


async def test_a_body_in_parts_is_read_whole() -> None:
    found = await BodyReader(100).read(
        receiving(a_part(b"ab"), a_part(b""), a_part(b"c", more=False))
    )

    assert found == b"abc"


async def test_a_body_that_grows_too_large_is_refused_before_its_end() -> None:
    with pytest.raises(TooLargeError):
        await BodyReader(100).read(receiving(a_part(b"x" * 60), a_part(b"x" * 60)))


async def test_half_a_body_is_refused() -> None:
    with pytest.raises(UnreadableError):
        await BodyReader(100).read(receiving(a_part(b"{}"), {"type": "http.disconnect"}))


async def test_bodies_wait_for_memory_in_order() -> None:
    memory = BodyReader(100, memory=100)
    await memory.reserve(100, 1)
    order: list[int] = []

    async def next_one(size: int) -> None:
        await memory.reserve(size, 1)
        order.append(size)
        memory.release(size)

    waiting = [asyncio.create_task(next_one(size)) for size in (90, 5, 80)]
    await asyncio.sleep(0)
    memory.release(100)
    await asyncio.gather(*waiting)

    assert order == [90, 5, 80]


async def test_a_body_without_memory_in_time_is_refused_and_reserves_none() -> None:
    memory = BodyReader(100, memory=100)
    await memory.reserve(60, 1)

    with pytest.raises(TooManyBodiesError):
        await memory.reserve(60, 0.01)

    memory.release(60)
    await memory.reserve(100, 0.01)


async def test_a_cancelled_request_reserves_no_memory() -> None:
    memory = BodyReader(100, memory=100)
    await memory.reserve(60, 1)
    cancelled = asyncio.create_task(memory.reserve(60, 1))
    await asyncio.sleep(0)

    memory.release(60)
    cancelled.cancel()
    await asyncio.wait([cancelled])

    await memory.reserve(100, 0.01)
