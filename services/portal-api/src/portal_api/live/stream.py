"""Streams of live events: the missed events first, then new events until the lifetime ends."""

from __future__ import annotations

import random
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from portal_api.errors import BusyError
from portal_api.live.event_buffer import Topic, encode_event
from portal_api.metrics import READERS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from collections.abc import Set as AbstractSet

    from portal_api.live.broadcaster import Broadcaster

KEEP_ALIVE_INTERVAL_S = 15.0
LIFETIME_S = 900.0
"""Lifetime of a stream. The browser connects again, so that its session is checked again."""
RECONNECT_DELAY_MS = 2_000
MAX_STREAMS_OF_ACCOUNT = 20
"""Open streams of one account on one replica, such as visible tabs of all its browsers."""
RESYNC_ALL = {"topics": [Topic.DELIVERY, Topic.OPERATION, Topic.STATUS]}


class SubscriberPool:
    """Opens streams, up to a limit for all accounts and one for each."""

    def __init__(self, broadcaster: Broadcaster, max_subscribers: int) -> None:
        self._broadcaster = broadcaster
        self._max_subscribers = max_subscribers
        self._of_account: Counter[str] = Counter()

    def open(
        self,
        topics: AbstractSet[Topic],
        last_event_id: str | None,
        status: Any,
        lifetime_s: float = LIFETIME_S,
        account: str = "",
    ) -> Subscriber:
        """Return a subscriber that the caller closes. ``status`` is the first status event.

        Raises BusyError at a limit.
        """
        if self._of_account[account] >= MAX_STREAMS_OF_ACCOUNT:
            raise BusyError(
                f"Your account has {MAX_STREAMS_OF_ACCOUNT} open streams, the maximum: close pages "
                "of the portal that are not needed"
            )
        if self._broadcaster.subscribers >= self._max_subscribers:
            raise BusyError(
                f"The limit of {self._max_subscribers} open streams is reached: close pages of the "
                "portal that are not needed"
            )
        if not self._broadcaster.is_wanted:
            self._broadcaster.add_gap()
        self._of_account[account] += 1

        def leave() -> None:
            self._of_account[account] -= 1
            if not self._of_account[account]:
                del self._of_account[account]

        return Subscriber(self._broadcaster, topics, last_event_id, status, lifetime_s, leave)


class Subscriber:
    """A subscriber of all events since its creation, with a position in the event buffer."""

    def __init__(
        self,
        broadcaster: Broadcaster,
        topics: AbstractSet[Topic],
        last_event_id: str | None,
        status: Any,
        lifetime_s: float,
        on_close: Callable[[], None],
    ) -> None:
        self._broadcaster = broadcaster
        self._on_close = on_close
        self._buffer = broadcaster.buffer
        self._topics = {*topics, Topic.RESYNC}
        self._ends_at = time.monotonic() + lifetime_s * random.uniform(0.9, 1)  # noqa: S311 - jitter
        resumed = (
            self._buffer.position_of(last_event_id) if last_event_id else self._buffer.position
        )
        self._position = self._buffer.position if resumed is None else resumed
        self._first_chunk = f"retry: {RECONNECT_DELAY_MS}\n\n".encode()
        if Topic.STATUS in topics:
            self._first_chunk += encode_event(Topic.STATUS, status)
        if resumed is None:
            self._first_chunk += self._resync()
        self._is_open = True
        broadcaster.add_subscriber()
        READERS.set(broadcaster.subscribers)

    def close(self) -> None:
        """End the subscription. A second call does nothing."""
        if self._is_open:
            self._is_open = False
            self._broadcaster.remove_subscriber()
            self._on_close()
            READERS.set(self._broadcaster.subscribers)

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the bytes to send, until the lifetime ends or the process stops."""
        yield self._first_chunk
        while (
            not self._broadcaster.is_closed
            and (remaining_s := self._ends_at - time.monotonic()) > 0
        ):
            timeout_s = min(KEEP_ALIVE_INTERVAL_S, remaining_s)
            if not await self._broadcaster.wait_for_events(self._position, timeout_s):
                yield f": still here\nid: {self._buffer.event_id(self._position)}\n\n".encode()
            elif chunk := self._next_events():
                yield chunk

    def _next_events(self) -> bytes:
        """Return the new events of the subscribed topics, and advance the position."""
        events = self._buffer.after(self._position)
        self._position = self._buffer.position
        if events is None:
            return self._resync()
        return b"".join(event.encoded for event in events if event.topic in self._topics)

    def _resync(self) -> bytes:
        return encode_event(Topic.RESYNC, RESYNC_ALL, self._buffer.event_id(self._position))
