"""The newest events, as bytes ready to be sent, for all readers together."""

from __future__ import annotations

import json
import secrets
from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MOST_EVENTS = 2_000


class Topic(StrEnum):
    """What an event is about."""

    DELIVERY = "delivery"
    OPERATION = "operation"
    STATUS = "status"
    RESYNC = "resync"


@dataclass(frozen=True, slots=True)
class Event:
    """One event with its place in the order of all."""

    place: int
    topic: Topic
    text: bytes


class EventBuffer:
    """Numbers events and keeps the newest; a reader has a place and no queue, so the slowest
    one costs nothing.
    """

    def __init__(self, most: int = MOST_EVENTS) -> None:
        self._name = secrets.token_hex(4)
        self._events: deque[Event] = deque(maxlen=most)
        self.place = 0

    def add(self, topic: Topic, data: Any) -> None:
        """Put an event behind all others."""
        self.place += 1
        self._events.append(Event(self.place, topic, written(topic, data, self.id_of(self.place))))

    def forget(self) -> None:
        """Make a gap: whoever was anywhere before it has missed something."""
        self.place += 1
        self._events.clear()

    def after(self, place: int) -> list[Event] | None:
        """Return the events behind this place, or None when some of them are gone."""
        behind = self.place - place
        if behind > len(self._events):
            return None
        return [
            self._events[index] for index in range(len(self._events) - behind, len(self._events))
        ]

    def id_of(self, place: int) -> str:
        """Return the id of a place; it means nothing to another process."""
        return f"{self._name}-{place:x}"

    def place_of(self, event_id: str) -> int | None:
        """Return the place of an id of ours that can still be resumed from, or None."""
        name, _, number = event_id.partition("-")
        try:
            place = int(number, 16)
        except ValueError:
            return None
        return (
            place
            if name == self._name and 0 <= place <= self.place and self.after(place) is not None
            else None
        )


def written(topic: Topic, data: Any, event_id: str | None = None) -> bytes:
    """Return an event as it is sent (WHATWG HTML, 9.2 Server-sent events): JSON on one line."""
    head = f"id: {event_id}\n" if event_id else ""
    return (
        f"{head}event: {topic}\ndata: "
        f"{json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n"
    ).encode()
