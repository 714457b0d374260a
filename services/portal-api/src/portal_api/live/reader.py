"""One stream: what a reader has missed, then whatever happens, for a while."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any

from portal_api.errors import TooManyReadersError
from portal_api.live.ring import Topic, written
from portal_api.metrics import READERS

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator
    from collections.abc import Set as AbstractSet

    from portal_api.live.hub import Hub

BEAT_S = 15.0
LIFETIME_S = 900.0
"""Then the stream ends and the browser connects again, which also looks at its session again."""
RETRY_MS = 2_000
ALL = {"topics": [Topic.DELIVERY, Topic.OPERATION, Topic.STATUS]}


class Readers:
    """Opens streams, at most so many at once."""

    def __init__(self, hub: Hub, most: int) -> None:
        self._hub, self._most = hub, most

    def open(self, topics: AbstractSet[Topic], last_event_id: str | None, first: Any, lifetime_s: float = LIFETIME_S) -> AsyncGenerator[bytes, None]:
        """Return the stream; ``first`` is the status now. Raises TooManyReadersError."""
        if self._hub.readers >= self._most:
            raise TooManyReadersError(f"{self._most} streams are open, which is as many as there may be")
        if not self._hub.is_wanted:
            self._hub.missed()
        self._hub.came()
        READERS.set(self._hub.readers)
        return self._stream({*topics, Topic.RESYNC}, last_event_id, first, lifetime_s * random.uniform(0.9, 1))  # noqa: S311 - spreads returns

    async def _stream(self, topics: AbstractSet[Topic], last_event_id: str | None, first: Any, lifetime_s: float) -> AsyncGenerator[bytes, None]:
        try:
            yield f"retry: {RETRY_MS}\n\n".encode()
            place = self._hub.ring.place_of(last_event_id) if last_event_id else self._hub.ring.place
            if Topic.STATUS in topics:
                yield written(Topic.STATUS, first)
            if place is None:
                place = self._hub.ring.place
                yield written(Topic.RESYNC, ALL, self._hub.ring.id_of(place))
            async for text in self._following(topics, place, time.monotonic() + lifetime_s):
                yield text
        finally:
            self._hub.went()
            READERS.set(self._hub.readers)

    async def _following(self, topics: AbstractSet[Topic], place: int, end: float) -> AsyncIterator[bytes]:
        hub, ring = self._hub, self._hub.ring
        while not hub.is_closed and (left := end - time.monotonic()) > 0:
            if not await hub.news(min(BEAT_S, left), place):
                yield f": still here\nid: {ring.id_of(place)}\n\n".encode()
                continue
            events, place = ring.after(place), ring.place
            if events is None:
                yield written(Topic.RESYNC, ALL, ring.id_of(place))
            elif texts := [event.text for event in events if event.topic in topics]:
                yield b"".join(texts)
