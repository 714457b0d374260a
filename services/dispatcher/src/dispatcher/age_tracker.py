"""Measures the age of messages in hand."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from common.contracts.delivery import DeliveryRequested


class AgeTracker:
    """The starting times of messages in hand.

    A queue is first in, first out, so the oldest message in hand is the oldest of the whole lane.
    """

    def __init__(self) -> None:
        self._since: dict[object, datetime] = {}

    @contextlib.contextmanager
    def since(self, moment: datetime) -> Iterator[None]:
        """Track a message that has waited since this moment, inside this block."""
        key = object()
        self._since[key] = moment
        try:
            yield
        finally:
            del self._since[key]

    def oldest_s(self, now: datetime | None = None) -> float:
        """Return the age of the oldest message in seconds, or 0. Other threads may call this."""
        oldest = min(tuple(self._since.values()), default=None)
        return max(0.0, ((now or datetime.now(UTC)) - oldest).total_seconds()) if oldest else 0.0


def waiting_since(request: DeliveryRequested) -> datetime:
    """Return the time from which a delivery waits.

    A first attempt waits since ingest accepted the change, and a later one since it was requested.
    """
    return request.transaction.received_at if request.attempt == 1 else request.requested_at
