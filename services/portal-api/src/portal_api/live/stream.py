"""One stream: what a reader has missed, then whatever happens, for a while."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any

from portal_api.errors import BusyError
from portal_api.live.event_buffer import Topic, written
from portal_api.metrics import READERS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from collections.abc import Set as AbstractSet

    from portal_api.live.broadcaster import Broadcaster

KEEP_ALIVE_INTERVAL_S = 15.0
LIFETIME_S = 900.0
"""Then the stream ends and the browser connects again, which also looks at its session again."""
RETRY_MS = 2_000
ALL = {"topics": [Topic.DELIVERY, Topic.OPERATION, Topic.STATUS]}


class SubscriberPool:
    """Opens streams, at most so many at once."""

    def __init__(self, broadcaster: Broadcaster, most: int) -> None:
        self._broadcaster = broadcaster
        self._most = most

    def open(
        self,
        topics: AbstractSet[Topic],
        last_event_id: str | None,
        first: Any,
        lifetime_s: float = LIFETIME_S,
    ) -> Subscriber:
        """Return a reader to be closed after use; ``first`` is the status now. Raises BusyError."""
        if self._broadcaster.subscribers >= self._most:
            raise BusyError(f"{self._most} streams are open, which is as many as there may be")
        if not self._broadcaster.is_wanted:
            self._broadcaster.missed()
        return Subscriber(self._broadcaster, topics, last_event_id, first, lifetime_s)


class Subscriber:
    """Hears everything that happens from the moment it is made; has a place in the ring and no
    queue of its own.
    """

    def __init__(
        self,
        broadcaster: Broadcaster,
        topics: AbstractSet[Topic],
        last_event_id: str | None,
        first: Any,
        lifetime_s: float,
    ) -> None:
        self._broadcaster = broadcaster
        self._topics = {*topics, Topic.RESYNC}
        self._end = time.monotonic() + lifetime_s * random.uniform(0.9, 1)  # noqa: S311 - jitter
        resumed = (
            broadcaster.buffer.place_of(last_event_id)
            if last_event_id
            else broadcaster.buffer.place
        )
        self._place = broadcaster.buffer.place if resumed is None else resumed
        self._first = f"retry: {RETRY_MS}\n\n".encode()
        if Topic.STATUS in topics:
            self._first += written(Topic.STATUS, first)
        if resumed is None:
            self._first += self._resync()
        self._is_open = True
        broadcaster.came()
        READERS.set(broadcaster.subscribers)

    def close(self) -> None:
        """Let go, once."""
        if self._is_open:
            self._is_open = False
            self._broadcaster.went()
            READERS.set(self._broadcaster.subscribers)

    async def parts(self) -> AsyncIterator[bytes]:
        """Yield what is to be sent, until the lifetime is over or the process stops."""
        yield self._first
        while not self._broadcaster.is_closed and (left := self._end - time.monotonic()) > 0:
            if not await self._broadcaster.news(min(KEEP_ALIVE_INTERVAL_S, left), self._place):
                event_id = self._broadcaster.buffer.id_of(self._place)
                yield f": still here\nid: {event_id}\n\n".encode()
            elif text := self._next():
                yield text

    def _next(self) -> bytes:
        """Return the events of our topics behind our place, and move on."""
        events, self._place = (
            self._broadcaster.buffer.after(self._place),
            self._broadcaster.buffer.place,
        )
        return (
            self._resync()
            if events is None
            else b"".join(event.text for event in events if event.topic in self._topics)
        )

    def _resync(self) -> bytes:
        return written(Topic.RESYNC, ALL, self._broadcaster.buffer.id_of(self._place))
