from __future__ import annotations

import asyncio
from typing import Any

import pytest

from portal_api.errors import BusyError
from portal_api.health.observations import Verdict
from portal_api.live import stream as module
from portal_api.live.broadcaster import MOST_ROWS, Hub
from portal_api.live.event_buffer import Ring, Topic
from portal_api.live.stream import Reader, Readers

EVERYTHING = {Topic.DELIVERY, Topic.OPERATION, Topic.STATUS}
NOW = {"state": "well"}


def told(hub: Hub, place: int = 0) -> list[str]:
    return [event.topic for event in hub.ring.after(place) or ()]


class Stream:
    """A reader, and what it is sent."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._parts = aiter(reader.parts())

    async def next(self) -> str:
        return (await asyncio.wait_for(anext(self._parts), 5)).decode()

    async def rest(self) -> list[str]:
        return [part.decode() async for part in self._parts]


def opened(
    hub: Hub, topics: set[Topic], last_event_id: str | None = None, **options: Any
) -> Stream:
    return Stream(Readers(hub, 10).open(topics, last_event_id, NOW, **options))


def test_of_a_delivery_only_its_newest_word_in_a_window_is_told() -> None:
    hub = Hub()
    for rank in (10, 12, 11):
        hub.delivery("t1.c1", rank, {"rank": rank})

    hub.tell(0)

    events = hub.ring.after(0) or []
    assert [b'data: {"rank":12}' in event.text for event in events] == [True]


def test_of_an_operation_only_its_newest_word_in_a_window_is_told() -> None:
    hub = Hub()
    for revision in (1, 3, 2):
        hub.operation("o1", revision, {"revision": revision})

    hub.tell(0)

    events = hub.ring.after(0) or []
    assert [b'{"revision":3}' in event.text for event in events] == [True]


def test_when_very_many_change_readers_are_asked_to_read_anew_and_not_too_often() -> None:
    hub = Hub()
    for window in range(20):
        for number in range(MOST_ROWS + 1):
            hub.delivery(f"t{number}.c1", window, {})
        hub.tell(window / 2)

    assert told(hub) == [Topic.RESYNC] * 3

    hub.delivery("t1.c1", 99, {})
    hub.tell(100)
    hub.delivery("t2.c1", 99, {})
    hub.tell(100.5)
    assert told(hub, 3) == [Topic.RESYNC, Topic.DELIVERY], (
        "what came while a reading anew was owed is part of that reading"
    )


def test_the_status_is_told_only_when_it_changed() -> None:
    hub = Hub()
    for state in ("well", "well", "down", "well"):
        hub.verdict(Verdict(state))

    assert told(hub) == [Topic.STATUS] * 3


async def test_a_stream_begins_with_the_status_and_goes_on_with_what_happens() -> None:
    hub = Hub()
    stream = opened(hub, EVERYTHING)
    assert 'data: {"state":"well"}' in await stream.next()

    hub.operation("o1", 1, {"operation_id": "o1"})
    hub.tell(0)

    assert "event: operation" in await stream.next()
    stream.reader.close()
    stream.reader.close()
    assert hub.readers == 0


async def test_whatever_happens_after_a_stream_was_asked_for_is_heard() -> None:
    hub = Hub()
    stream = opened(hub, {Topic.OPERATION})

    hub.operation("o1", 1, {})
    hub.tell(0)

    assert "operation" not in await stream.next()
    assert "event: operation" in await stream.next()


async def test_a_reader_hears_only_its_topics_and_resyncs() -> None:
    hub = Hub()
    stream = opened(hub, {Topic.OPERATION})
    await stream.next()

    hub.delivery("t1.c1", 1, {})
    hub.tell(0)
    hub.verdict(Verdict("down"))
    hub.operation("o1", 1, {})
    hub.tell(1)

    heard = await stream.next()
    assert ("event: operation" in heard, "delivery" in heard, "status" in heard) == (
        True,
        False,
        False,
    )


async def test_a_reader_that_comes_back_gets_what_it_missed() -> None:
    hub = Hub()
    stream = opened(hub, {Topic.OPERATION})
    place = hub.ring.id_of(hub.ring.place)
    stream.reader.close()
    hub.operation("o1", 1, {"n": 1})
    hub.tell(0)

    again = opened(hub, {Topic.OPERATION}, place)

    assert "resync" not in await again.next()
    assert '{"n":1}' in await again.next()


@pytest.mark.parametrize("event_id", ["00000000-1", "odd"])
async def test_an_id_that_is_not_known_is_answered_by_a_resync(event_id: str) -> None:
    assert "event: resync" in await opened(Hub(), {Topic.DELIVERY}, event_id).next()


async def test_a_reader_too_slow_for_the_ring_is_asked_to_read_anew() -> None:
    hub = Hub(Ring(most=5))
    stream = opened(hub, {Topic.OPERATION})
    await stream.next()

    for number in range(9):
        hub.operation(str(number), 1, {})
        hub.tell(number)

    assert "event: resync" in await stream.next()


async def test_a_gap_makes_everybody_read_anew_at_once() -> None:
    hub = Hub()
    stream = opened(hub, {Topic.OPERATION})
    await stream.next()
    following = asyncio.ensure_future(stream.next())
    await asyncio.sleep(0)

    hub.missed()

    assert "event: resync" in await following


async def test_a_quiet_stream_says_that_it_is_there_and_where(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "BEAT_S", 0.01)
    hub = Hub()
    stream = opened(hub, {Topic.OPERATION})
    await stream.next()

    assert await stream.next() == f": still here\nid: {hub.ring.id_of(hub.ring.place)}\n\n"


async def test_a_stream_ends_after_its_lifetime() -> None:
    stream = opened(Hub(), set(), lifetime_s=0.05)

    assert "event" not in "".join(await asyncio.wait_for(stream.rest(), 5))


async def test_every_stream_ends_at_once_when_the_process_stops() -> None:
    hub = Hub()
    following = asyncio.ensure_future(opened(hub, set()).rest())
    await asyncio.sleep(0)

    hub.close()

    await asyncio.wait_for(following, 5)


async def test_no_more_streams_are_opened_than_there_may_be() -> None:
    readers = Readers(Hub(), 1)
    reader = readers.open(EVERYTHING, None, NOW)

    with pytest.raises(BusyError):
        readers.open(EVERYTHING, None, NOW)
    reader.close()
    readers.open(EVERYTHING, None, NOW)


def test_nothing_is_gathered_while_nobody_looks_and_nobody_can_resume_over_that() -> None:
    hub = Hub()
    assert not hub.is_wanted
    old = hub.ring.id_of(hub.ring.place)

    Readers(hub, 1).open(EVERYTHING, None, NOW)

    assert hub.is_wanted
    assert hub.ring.place_of(old) is None
