from __future__ import annotations

import asyncio
from typing import Any

import pytest

from portal_api.errors import BusyError
from portal_api.health.observations import Verdict
from portal_api.live import stream as module
from portal_api.live.broadcaster import MOST_ROWS, Broadcaster
from portal_api.live.event_buffer import EventBuffer, Topic
from portal_api.live.stream import Subscriber, SubscriberPool

EVERYTHING = {Topic.DELIVERY, Topic.OPERATION, Topic.STATUS}
NOW = {"state": "well"}


def told(broadcaster: Broadcaster, place: int = 0) -> list[str]:
    return [event.topic for event in broadcaster.buffer.after(place) or ()]


class Stream:
    """A reader, and what it is sent."""

    def __init__(self, reader: Subscriber) -> None:
        self.reader = reader
        self._parts = aiter(reader.parts())

    async def next(self) -> str:
        return (await asyncio.wait_for(anext(self._parts), 5)).decode()

    async def rest(self) -> list[str]:
        return [part.decode() async for part in self._parts]


def opened(
    broadcaster: Broadcaster, topics: set[Topic], last_event_id: str | None = None, **options: Any
) -> Stream:
    return Stream(SubscriberPool(broadcaster, 10).open(topics, last_event_id, NOW, **options))


def test_of_a_delivery_only_its_newest_word_in_a_window_is_told() -> None:
    broadcaster = Broadcaster()
    for rank in (10, 12, 11):
        broadcaster.delivery("t1.c1", rank, {"rank": rank})

    broadcaster.flush(0)

    events = broadcaster.buffer.after(0) or []
    assert [b'data: {"rank":12}' in event.text for event in events] == [True]


def test_of_an_operation_only_its_newest_word_in_a_window_is_told() -> None:
    broadcaster = Broadcaster()
    for revision in (1, 3, 2):
        broadcaster.operation("o1", revision, {"revision": revision})

    broadcaster.flush(0)

    events = broadcaster.buffer.after(0) or []
    assert [b'{"revision":3}' in event.text for event in events] == [True]


def test_when_very_many_change_readers_are_asked_to_read_anew_and_not_too_often() -> None:
    broadcaster = Broadcaster()
    for window in range(20):
        for number in range(MOST_ROWS + 1):
            broadcaster.delivery(f"t{number}.c1", window, {})
        broadcaster.flush(window / 2)

    assert told(broadcaster) == [Topic.RESYNC] * 3

    broadcaster.delivery("t1.c1", 99, {})
    broadcaster.flush(100)
    broadcaster.delivery("t2.c1", 99, {})
    broadcaster.flush(100.5)
    assert told(broadcaster, 3) == [Topic.RESYNC, Topic.DELIVERY], (
        "what came while a reading anew was owed is part of that reading"
    )


def test_the_status_is_told_only_when_it_changed() -> None:
    broadcaster = Broadcaster()
    for state in ("well", "well", "down", "well"):
        broadcaster.verdict(Verdict(state))

    assert told(broadcaster) == [Topic.STATUS] * 3


async def test_a_stream_begins_with_the_status_and_goes_on_with_what_happens() -> None:
    broadcaster = Broadcaster()
    stream = opened(broadcaster, EVERYTHING)
    assert 'data: {"state":"well"}' in await stream.next()

    broadcaster.operation("o1", 1, {"operation_id": "o1"})
    broadcaster.flush(0)

    assert "event: operation" in await stream.next()
    stream.reader.close()
    stream.reader.close()
    assert broadcaster.subscribers == 0


async def test_whatever_happens_after_a_stream_was_asked_for_is_heard() -> None:
    broadcaster = Broadcaster()
    stream = opened(broadcaster, {Topic.OPERATION})

    broadcaster.operation("o1", 1, {})
    broadcaster.flush(0)

    assert "operation" not in await stream.next()
    assert "event: operation" in await stream.next()


async def test_a_reader_hears_only_its_topics_and_resyncs() -> None:
    broadcaster = Broadcaster()
    stream = opened(broadcaster, {Topic.OPERATION})
    await stream.next()

    broadcaster.delivery("t1.c1", 1, {})
    broadcaster.flush(0)
    broadcaster.verdict(Verdict("down"))
    broadcaster.operation("o1", 1, {})
    broadcaster.flush(1)

    heard = await stream.next()
    assert ("event: operation" in heard, "delivery" in heard, "status" in heard) == (
        True,
        False,
        False,
    )


async def test_a_reader_that_comes_back_gets_what_it_missed() -> None:
    broadcaster = Broadcaster()
    stream = opened(broadcaster, {Topic.OPERATION})
    place = broadcaster.buffer.id_of(broadcaster.buffer.place)
    stream.reader.close()
    broadcaster.operation("o1", 1, {"n": 1})
    broadcaster.flush(0)

    again = opened(broadcaster, {Topic.OPERATION}, place)

    assert "resync" not in await again.next()
    assert '{"n":1}' in await again.next()


@pytest.mark.parametrize("event_id", ["00000000-1", "odd"])
async def test_an_id_that_is_not_known_is_answered_by_a_resync(event_id: str) -> None:
    assert "event: resync" in await opened(Broadcaster(), {Topic.DELIVERY}, event_id).next()


async def test_a_reader_too_slow_for_the_ring_is_asked_to_read_anew() -> None:
    broadcaster = Broadcaster(EventBuffer(most=5))
    stream = opened(broadcaster, {Topic.OPERATION})
    await stream.next()

    for number in range(9):
        broadcaster.operation(str(number), 1, {})
        broadcaster.flush(number)

    assert "event: resync" in await stream.next()


async def test_a_gap_makes_everybody_read_anew_at_once() -> None:
    broadcaster = Broadcaster()
    stream = opened(broadcaster, {Topic.OPERATION})
    await stream.next()
    following = asyncio.ensure_future(stream.next())
    await asyncio.sleep(0)

    broadcaster.missed()

    assert "event: resync" in await following


async def test_a_quiet_stream_says_that_it_is_there_and_where(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "KEEP_ALIVE_INTERVAL_S", 0.01)
    broadcaster = Broadcaster()
    stream = opened(broadcaster, {Topic.OPERATION})
    await stream.next()

    assert (
        await stream.next()
        == f": still here\nid: {broadcaster.buffer.id_of(broadcaster.buffer.place)}\n\n"
    )


async def test_a_stream_ends_after_its_lifetime() -> None:
    stream = opened(Broadcaster(), set(), lifetime_s=0.05)

    assert "event" not in "".join(await asyncio.wait_for(stream.rest(), 5))


async def test_every_stream_ends_at_once_when_the_process_stops() -> None:
    broadcaster = Broadcaster()
    following = asyncio.ensure_future(opened(broadcaster, set()).rest())
    await asyncio.sleep(0)

    broadcaster.close()

    await asyncio.wait_for(following, 5)


async def test_no_more_streams_are_opened_than_there_may_be() -> None:
    subscribers = SubscriberPool(Broadcaster(), 1)
    reader = subscribers.open(EVERYTHING, None, NOW)

    with pytest.raises(BusyError):
        subscribers.open(EVERYTHING, None, NOW)
    reader.close()
    subscribers.open(EVERYTHING, None, NOW)


def test_nothing_is_gathered_while_nobody_looks_and_nobody_can_resume_over_that() -> None:
    broadcaster = Broadcaster()
    assert not broadcaster.is_wanted
    old = broadcaster.buffer.id_of(broadcaster.buffer.place)

    SubscriberPool(broadcaster, 1).open(EVERYTHING, None, NOW)

    assert broadcaster.is_wanted
    assert broadcaster.buffer.place_of(old) is None
