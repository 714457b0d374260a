from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ingest import body_reader
from ingest.body_reader import Bodies
from ingest.errors import LateBodyError, NoRoomError, TooLargeError, UnreadableError


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
def test_a_body_that_names_no_size_counts_as_the_largest(announced: bytes, size: int) -> None:
    assert Bodies(100).size_of({b"content-length": announced}) == size


@pytest.mark.parametrize("announced", [b"101", b"9" * 5_000])
def test_a_body_that_names_too_large_a_size_is_refused(announced: bytes) -> None:
    with pytest.raises(TooLargeError, match="100 bytes"):
        Bodies(100).size_of({b"content-length": announced})


async def test_a_body_in_parts_is_read_whole() -> None:
    found = await Bodies(100).read(receiving(a_part(b"ab"), a_part(b""), a_part(b"c", more=False)))

    assert found == b"abc"


async def test_a_body_that_grows_too_large_is_refused_before_its_end() -> None:
    with pytest.raises(TooLargeError):
        await Bodies(100).read(receiving(a_part(b"x" * 60), a_part(b"x" * 60)))


async def test_half_a_body_is_never_taken_for_a_whole_one() -> None:
    with pytest.raises(UnreadableError):
        await Bodies(100).read(receiving(a_part(b"{}"), {"type": "http.disconnect"}))


async def test_a_body_that_does_not_arrive_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_reader, "BODY_S", 0.05)

    with pytest.raises(LateBodyError):
        await Bodies(100).read(receiving(a_part(b"{")))


async def test_bodies_beyond_the_memory_for_them_wait_their_turn() -> None:
    room = Bodies(100, room=100)
    await room.take(100, 1)
    order: list[int] = []

    async def next_one(size: int) -> None:
        await room.take(size, 1)
        order.append(size)
        room.give_back(size)

    waiting = [asyncio.create_task(next_one(size)) for size in (90, 5, 80)]
    await asyncio.sleep(0)
    room.give_back(100)
    await asyncio.gather(*waiting)

    assert order == [90, 5, 80]


async def test_a_body_that_finds_no_memory_in_time_is_refused_and_takes_none() -> None:
    room = Bodies(100, room=100)
    await room.take(60, 1)

    with pytest.raises(NoRoomError):
        await room.take(60, 0.01)

    room.give_back(60)
    await room.take(100, 0.01)


async def test_a_request_that_is_given_up_while_it_waits_takes_no_memory() -> None:
    room = Bodies(100, room=100)
    await room.take(60, 1)
    given_up = asyncio.create_task(room.take(60, 1))
    await asyncio.sleep(0)

    room.give_back(60)
    given_up.cancel()
    await asyncio.wait([given_up])

    await room.take(100, 0.01)
