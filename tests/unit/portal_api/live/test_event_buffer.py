from __future__ import annotations

import json

import pytest

from portal_api.live.event_buffer import EventBuffer, Topic, encode_event


def texts(buffer: EventBuffer, position: int) -> list[str] | None:
    found = buffer.after(position)
    return None if found is None else [event.encoded.decode() for event in found]


def test_a_position_yields_the_missed_events_and_no_others() -> None:
    buffer = EventBuffer(max_events=3)
    for number in range(5):
        buffer.add(Topic.DELIVERY, number)

    assert texts(buffer, 3) == [
        f"id: {buffer.event_id(n)}\nevent: delivery\ndata: {n - 1}\n\n" for n in (4, 5)
    ]
    assert texts(buffer, 5) == []
    assert len(texts(buffer, 2) or ()) == 3
    assert texts(buffer, 1) is None


def test_an_event_id_is_resumable_while_all_later_events_are_buffered() -> None:
    buffer = EventBuffer(max_events=3)
    for number in range(5):
        buffer.add(Topic.DELIVERY, number)

    assert [buffer.position_of(buffer.event_id(position)) for position in (1, 2, 5, 6)] == [
        None,
        2,
        5,
        None,
    ]


@pytest.mark.parametrize("event_id", ["", "-", "x-1", "0000-zz", "1", "ffffffff-1", "☃"])
def test_the_id_of_another_process_or_an_invalid_id_is_not_resumable(event_id: str) -> None:
    buffer = EventBuffer()
    buffer.add(Topic.STATUS, {})

    assert buffer.position_of(event_id) is None


def test_a_position_before_a_gap_is_not_resumable() -> None:
    buffer = EventBuffer()
    buffer.add(Topic.STATUS, {})
    before = buffer.event_id(buffer.position)

    buffer.add_gap()
    buffer.add(Topic.STATUS, {})

    assert buffer.position_of(before) is None
    assert len(texts(buffer, buffer.position - 1) or ()) == 1


def test_the_data_of_an_event_stays_on_one_line() -> None:
    text = encode_event(Topic.DELIVERY, {"message": "two\nlines\r\n"}).decode()

    assert text.count("\n") == 3
    assert json.loads(text.splitlines()[1].removeprefix("data: ")) == {"message": "two\nlines\r\n"}
