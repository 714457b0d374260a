"""Broadcaster of live events. It collects changes for half a second before it publishes them."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from portal_api.live.event_buffer import EventBuffer, Topic

if TYPE_CHECKING:
    from portal_api.health.observations import Verdict

FLUSH_INTERVAL_S = 0.5
MAX_DELIVERIES_PER_FLUSH = 20
"""With more changed deliveries, subscribers receive one resync instead of single events."""
RESYNC_INTERVAL_S = 3.0
RESYNC_DELAY_S = 1.0
"""Delay before a resync, because the changes must be stored before the lists are read again."""
RESUME_TIMEOUT_S = 60.0
"""Time for which events are collected without subscribers, so that one can resume."""


class Broadcaster:
    """The live events of one process. In each flush, only the newest state of a delivery or an
    operation is published.
    """

    def __init__(self, buffer: EventBuffer | None = None) -> None:
        self.buffer = buffer or EventBuffer()
        self.subscribers = 0
        self.is_closed = False
        self._last_left_at = float("-inf")
        self._changed = asyncio.Event()
        self._deliveries: dict[str, tuple[int, dict[str, Any]]] = {}
        self._operations: dict[str, tuple[int, Any]] = {}
        self._verdict: Verdict | None = None
        self._resync_requested_at: float | None = None
        self._resynced_at = float("-inf")

    @property
    def is_wanted(self) -> bool:
        """Whether there is a subscriber, or one that left may still resume. Otherwise messages need
        no parsing.
        """
        return self.subscribers > 0 or time.monotonic() - self._last_left_at < RESUME_TIMEOUT_S

    def publish_delivery(self, delivery_id: str, rank: int, row: dict[str, Any]) -> None:
        """Publish a delivery with the next flush, unless a newer state is already waiting."""
        if delivery_id not in self._deliveries or self._deliveries[delivery_id][0] <= rank:
            self._deliveries[delivery_id] = rank, row

    def publish_operation(self, operation_id: str, revision: int, body: Any) -> None:
        """Publish an operation with the next flush, unless a newer state is already waiting."""
        if operation_id not in self._operations or self._operations[operation_id][0] <= revision:
            self._operations[operation_id] = revision, body

    def publish_verdict(self, verdict: Verdict) -> None:
        """Publish the health verdict at once, if it has changed."""
        if verdict != self._verdict:
            self._verdict = verdict
            self.buffer.add(Topic.STATUS, {"state": verdict.state, "sentence": verdict.sentence})
            self._wake_subscribers()

    def request_resync(self) -> None:
        """Make subscribers read their lists again, after changes without events of their own."""
        if self._resync_requested_at is None:
            self._resync_requested_at = time.monotonic()

    def add_gap(self) -> None:
        """Prevent that a stream resumes across events that were never collected."""
        self.buffer.add_gap()
        self._wake_subscribers()

    async def run(self) -> None:
        """Flush at a fixed interval until cancelled."""
        while True:
            await asyncio.sleep(FLUSH_INTERVAL_S)
            self.flush(time.monotonic())

    def flush(self, now: float) -> None:
        """Publish the collected changes, or a resync if there are too many."""
        deliveries, operations = self._deliveries, self._operations
        self._deliveries, self._operations = {}, {}
        before = self.buffer.position
        if len(deliveries) > MAX_DELIVERIES_PER_FLUSH and self._resync_requested_at is None:
            self._resync_requested_at = now
        if self._resync_requested_at is None:
            for _, row in deliveries.values():
                self.buffer.add(Topic.DELIVERY, row)
        elif now >= max(
            self._resync_requested_at + RESYNC_DELAY_S, self._resynced_at + RESYNC_INTERVAL_S
        ):
            self._resync_requested_at = None
            self._resynced_at = now
            self.buffer.add(Topic.RESYNC, {"topics": [Topic.DELIVERY]})
        for _, body in operations.values():
            self.buffer.add(Topic.OPERATION, body)
        if self.buffer.position != before:
            self._wake_subscribers()

    async def wait_for_events(self, position: int, timeout_s: float) -> bool:
        """Wait for an event after this position, or for the end of all streams.

        Returns False after the timeout.
        """
        changed = self._changed
        if self.buffer.position != position or self.is_closed:
            return True
        try:
            async with asyncio.timeout(timeout_s):
                await changed.wait()
        except TimeoutError:
            return False
        return True

    def add_subscriber(self) -> None:
        """Count a new subscriber."""
        self.subscribers += 1

    def remove_subscriber(self) -> None:
        """Count a subscriber that has left."""
        self.subscribers -= 1
        self._last_left_at = time.monotonic()

    def close(self) -> None:
        """End every stream now."""
        self.is_closed = True
        self._wake_subscribers()

    def _wake_subscribers(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
