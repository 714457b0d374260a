from __future__ import annotations

import asyncio
from typing import Any

import pytest

from portal_api.errors import BusyError
from portal_api.health.observations import Verdict
from portal_api.live import stream as module
from portal_api.live.broadcaster import MAX_DELIVERIES_PER_FLUSH, Broadcaster
from portal_api.live.event_buffer import EventBuffer, Topic
from portal_api.live.stream import Subscriber, SubscriberPool

EVERYTHING = {Topic.DELIVERY, Topic.OPERATION, Topic.STATUS}
NOW = {"state": "well"}


def published_topics(broadcaster: Broadcaster, position: int = 0) -> list[str]:
    return [event.topic for event in broadcaster.buffer.after(position) or ()]


class Stream:
    """A subscriber and the chunks of its stream."""

    def __init__(self, subscriber: Subscriber) -> None:
        self.subscriber = subscriber
        self._chunks = aiter(subscriber.chunks())

    async def next(self) -> str:
        return (await asyncio.wait_for(anext(self._chunks), 5)).decode()

    async def rest(self) -> list[str]:
        return [chunk.decode() async for chunk in self._chunks]


def open_stream(
    broadcaster: Broadcaster, topics: set[Topic], last_event_id: str | None = None, **options: Any
) -> Stream:
    return Stream(SubscriberPool(broadcaster, 10).open(topics, last_event_id, NOW, **options))


def test_a_flush_publishes_only_the_newest_state_of_a_delivery() -> None:
    broadcaster = Broadcaster()
    for rank in (10, 12, 11):
        broadcaster.publish_delivery("t1.c1", rank, {"rank": rank})

    broadcaster.flush(0)

    events = broadcaster.buffer.after(0) or []
    assert [b'data: {"rank":12}' in event.encoded for event in events] == [True]


def test_a_flush_publishes_only_the_newest_state_of_an_operation() -> None:
    broadcaster = Broadcaster()
    for revision in (1, 3, 2):
        broadcaster.publish_operation("o1", revision, {"revision": revision})

    broadcaster.flush(0)

    events = broadcaster.buffer.after(0) or []
    assert [b'{"revision":3}' in event.encoded for event in events] == [True]


def test_many_changes_cause_a_resync_and_not_too_often() -> None:
    broadcaster = Broadcaster()
    for window in range(20):
        for number in range(MAX_DELIVERIES_PER_FLUSH + 1):
            broadcaster.publish_delivery(f"t{number}.c1", window, {})
        broadcaster.flush(window / 2)

    assert published_topics(broadcaster) == [Topic.RESYNC] * 3

    broadcaster.publish_delivery("t1.c1", 99, {})
    broadcaster.flush(100)
    broadcaster.publish_delivery("t2.c1", 99, {})
    broadcaster.flush(100.5)
    assert published_topics(broadcaster, 3) == [Topic.RESYNC, Topic.DELIVERY], (
        "a change before a due resync is part of the resync"
    )


def test_the_status_is_published_only_after_a_change() -> None:
    broadcaster = Broadcaster()
    for state in ("well", "well", "down", "well"):
        broadcaster.publish_verdict(Verdict(state))

    assert published_topics(broadcaster) == [Topic.STATUS] * 3


async def test_a_stream_begins_with_the_status_and_continues_with_events() -> None:
    broadcaster = Broadcaster()
    stream = open_stream(broadcaster, EVERYTHING)
    assert 'data: {"state":"well"}' in await stream.next()

    broadcaster.publish_operation("o1", 1, {"operation_id": "o1"})
    broadcaster.flush(0)

    assert "event: operation" in await stream.next()
    stream.subscriber.close()
    stream.subscriber.close()
    assert broadcaster.subscribers == 0


async def test_an_event_before_the_first_read_is_not_lost() -> None:
    broadcaster = Broadcaster()
    stream = open_stream(broadcaster, {Topic.OPERATION})

    broadcaster.publish_operation("o1", 1, {})
    broadcaster.flush(0)

    assert "operation" not in await stream.next()
    assert "event: operation" in await stream.next()


async def test_a_stream_contains_only_its_topics_and_resyncs() -> None:
    broadcaster = Broadcaster()
    stream = open_stream(broadcaster, {Topic.OPERATION})
    await stream.next()

    broadcaster.publish_delivery("t1.c1", 1, {})
    broadcaster.flush(0)
    broadcaster.publish_verdict(Verdict("down"))
    broadcaster.publish_operation("o1", 1, {})
    broadcaster.flush(1)

    heard = await stream.next()
    assert ("event: operation" in heard, "delivery" in heard, "status" in heard) == (
        True,
        False,
        False,
    )


async def test_a_resumed_stream_contains_the_missed_events() -> None:
    broadcaster = Broadcaster()
    stream = open_stream(broadcaster, {Topic.OPERATION})
    position = broadcaster.buffer.event_id(broadcaster.buffer.position)
    stream.subscriber.close()
    broadcaster.publish_operation("o1", 1, {"n": 1})
    broadcaster.flush(0)

    again = open_stream(broadcaster, {Topic.OPERATION}, position)

    assert "resync" not in await again.next()
    assert '{"n":1}' in await again.next()


@pytest.mark.parametrize("event_id", ["00000000-1", "odd"])
async def test_an_unknown_event_id_causes_a_resync(event_id: str) -> None:
    assert "event: resync" in await open_stream(Broadcaster(), {Topic.DELIVERY}, event_id).next()


async def test_a_subscriber_too_slow_for_the_buffer_receives_a_resync() -> None:
    broadcaster = Broadcaster(EventBuffer(max_events=5))
    stream = open_stream(broadcaster, {Topic.OPERATION})
    await stream.next()

    for number in range(9):
        broadcaster.publish_operation(str(number), 1, {})
        broadcaster.flush(number)

    assert "event: resync" in await stream.next()


async def test_a_gap_causes_a_resync_at_once() -> None:
    broadcaster = Broadcaster()
    stream = open_stream(broadcaster, {Topic.OPERATION})
    await stream.next()
    following = asyncio.ensure_future(stream.next())
    await asyncio.sleep(0)

    broadcaster.add_gap()

    assert "event: resync" in await following


async def test_a_quiet_stream_sends_its_position_as_keep_alive(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "KEEP_ALIVE_INTERVAL_S", 0.01)
    broadcaster = Broadcaster()
    stream = open_stream(broadcaster, {Topic.OPERATION})
    await stream.next()

    assert (
        await stream.next()
        == f": still here\nid: {broadcaster.buffer.event_id(broadcaster.buffer.position)}\n\n"
    )


async def test_a_stream_ends_after_its_lifetime() -> None:
    stream = open_stream(Broadcaster(), set(), lifetime_s=0.05)

    assert "event" not in "".join(await asyncio.wait_for(stream.rest(), 5))


async def test_every_stream_ends_at_once_when_the_process_stops() -> None:
    broadcaster = Broadcaster()
    following = asyncio.ensure_future(open_stream(broadcaster, set()).rest())
    await asyncio.sleep(0)

    broadcaster.close()

    await asyncio.wait_for(following, 5)


async def test_streams_above_the_limit_are_refused() -> None:
    subscribers = SubscriberPool(Broadcaster(), 1)
    subscriber = subscribers.open(EVERYTHING, None, NOW)

    with pytest.raises(BusyError):
        subscribers.open(EVERYTHING, None, NOW)
    subscriber.close()
    subscribers.open(EVERYTHING, None, NOW)


def test_without_subscribers_nothing_is_collected_and_no_stream_resumes_over_the_gap() -> None:
    broadcaster = Broadcaster()
    assert not broadcaster.is_wanted
    old = broadcaster.buffer.event_id(broadcaster.buffer.position)

    SubscriberPool(broadcaster, 1).open(EVERYTHING, None, NOW)

    assert broadcaster.is_wanted
    assert broadcaster.buffer.position_of(old) is None
