"""Buffer of the newest live events, shared by all streams of a process."""

from __future__ import annotations

import json
import secrets
from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MAX_EVENTS = 2_000


class Topic(StrEnum):
    """Subject of an event."""

    DELIVERY = "delivery"
    OPERATION = "operation"
    STATUS = "status"
    RESYNC = "resync"


@dataclass(frozen=True, slots=True)
class Event:
    """An event with its position in the order of all events, encoded for sending."""

    position: int
    topic: Topic
    encoded: bytes


class EventBuffer:
    """Numbers events and holds the newest.

    A stream has a position and no queue, so a slow stream needs no memory.
    """

    def __init__(self, max_events: int = MAX_EVENTS) -> None:
        self._buffer_id = secrets.token_hex(4)
        self._events: deque[Event] = deque(maxlen=max_events)
        self.position = 0

    def add(self, topic: Topic, data: Any) -> None:
        """Append an event."""
        self.position += 1
        encoded = encode_event(topic, data, self.event_id(self.position))
        self._events.append(Event(self.position, topic, encoded))

    def add_gap(self) -> None:
        """Remove all events, so that no stream resumes from a position before the gap."""
        self.position += 1
        self._events.clear()

    def after(self, position: int) -> list[Event] | None:
        """Return the events after this position, or None if the buffer lost some of them."""
        count = self.position - position
        if count > len(self._events):
            return None
        return [
            self._events[index] for index in range(len(self._events) - count, len(self._events))
        ]

    def event_id(self, position: int) -> str:
        """Return the event id of a position. It is valid in this process only."""
        return f"{self._buffer_id}-{position:x}"

    def position_of(self, event_id: str) -> int | None:
        """Return the position of an event id, or None if a stream cannot resume from it."""
        buffer_id, _, number = event_id.partition("-")
        try:
            position = int(number, 16)
        except ValueError:
            return None
        is_resumable = (
            buffer_id == self._buffer_id
            and 0 <= position <= self.position
            and self.after(position) is not None
        )
        return position if is_resumable else None


def encode_event(topic: Topic, data: Any, event_id: str | None = None) -> bytes:
    """Return an event in the format of server-sent events, with JSON on one line (WHATWG HTML, 9.2
    Server-sent events).
    """
    head = f"id: {event_id}\n" if event_id else ""
    return (
        f"{head}event: {topic}\ndata: "
        f"{json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n"
    ).encode()
