"""Gathers what changed for half a second, numbers it, and wakes the readers."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from portal_api.live.event_buffer import EventBuffer, Topic

if TYPE_CHECKING:
    from portal_api.health.observations import Verdict

WINDOW_S = 0.5
MOST_ROWS = 20
"""Deliveries that are told one by one in a window; when more changed, readers are asked to read
their lists anew.
"""
RESYNC_S = 3.0
STORED_S = 1.0
"""How long readers are asked to wait before they read anew: what happened must
be stored by then.
"""
REMEMBERED_S = 60.0
"""How long events are gathered after the last reader went: it may come back and resume."""


class Broadcaster:
    """One per process. Of a delivery or an operation only the newest word in a window is told."""

    def __init__(self, buffer: EventBuffer | None = None) -> None:
        self.buffer = buffer or EventBuffer()
        self.subscribers = 0
        self.is_closed = False
        self._left_at = float("-inf")
        self._news = asyncio.Event()
        self._deliveries: dict[str, tuple[int, dict[str, Any]]] = {}
        self._operations: dict[str, tuple[int, Any]] = {}
        self._verdict: Verdict | None = None
        self._owed_at: float | None = None
        self._resynced_at = float("-inf")

    @property
    def is_wanted(self) -> bool:
        """Whether anybody reads, or may come back to resume; otherwise what happens need
        not even be parsed.
        """
        return self.subscribers > 0 or time.monotonic() - self._left_at < REMEMBERED_S

    def delivery(self, delivery_id: str, rank: int, row: dict[str, Any]) -> None:
        """Tell a delivery as it is now, unless something newer is about to be told."""
        if delivery_id not in self._deliveries or self._deliveries[delivery_id][0] <= rank:
            self._deliveries[delivery_id] = rank, row

    def operation(self, operation_id: str, revision: int, body: Any) -> None:
        """Tell an operation as it is now, unless something newer is about to be told."""
        if operation_id not in self._operations or self._operations[operation_id][0] <= revision:
            self._operations[operation_id] = revision, body

    def verdict(self, verdict: Verdict) -> None:
        """Tell how everything stands, when that has changed."""
        if verdict != self._verdict:
            self._verdict = verdict
            self.buffer.add(Topic.STATUS, {"state": verdict.state, "sentence": verdict.sentence})
            self._wake()

    def moved(self) -> None:
        """Have readers read their lists anew: deliveries came or went that are not
        told one by one.
        """
        if self._owed_at is None:
            self._owed_at = time.monotonic()

    def missed(self) -> None:
        """Note that something was not gathered: nobody can resume from before."""
        self.buffer.forget()
        self._wake()

    async def run(self) -> None:
        """Tell what was gathered, twice a second, until cancelled."""
        while True:
            await asyncio.sleep(WINDOW_S)
            self.flush(time.monotonic())

    def flush(self, now: float) -> None:
        """Tell what was gathered."""
        rows, operations = self._deliveries, self._operations
        self._deliveries, self._operations = {}, {}
        before = self.buffer.place
        if len(rows) > MOST_ROWS and self._owed_at is None:
            self._owed_at = now
        if self._owed_at is None:
            for _, row in rows.values():
                self.buffer.add(Topic.DELIVERY, row)
        elif now >= max(self._owed_at + STORED_S, self._resynced_at + RESYNC_S):
            self._owed_at, self._resynced_at = None, now
            self.buffer.add(Topic.RESYNC, {"topics": [Topic.DELIVERY]})
        for _, body in operations.values():
            self.buffer.add(Topic.OPERATION, body)
        if self.buffer.place != before:
            self._wake()

    async def news(self, within_s: float, place: int) -> bool:
        """Wait until there is something behind this place or the end has come; says
        whether in time.
        """
        waiting = self._news
        if self.buffer.place != place or self.is_closed:
            return True
        try:
            async with asyncio.timeout(within_s):
                await waiting.wait()
        except TimeoutError:
            return False
        return True

    def came(self) -> None:
        """Note a new reader."""
        self.subscribers += 1

    def went(self) -> None:
        """Note that a reader is gone."""
        self.subscribers -= 1
        self._left_at = time.monotonic()

    def close(self) -> None:
        """End every stream now."""
        self.is_closed = True
        self._wake()

    def _wake(self) -> None:
        waiting, self._news = self._news, asyncio.Event()
        waiting.set()
