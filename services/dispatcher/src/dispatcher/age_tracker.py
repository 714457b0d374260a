"""How long messages in hand have waited, computed when Prometheus asks."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from common.contracts.delivery import DeliveryRequested


class AgeTracker:
    """Since when each message in hand has waited. A queue is first in, first out.

    So the oldest message in hand is the oldest of the whole lane.
    """

    def __init__(self) -> None:
        self._since: dict[object, datetime] = {}

    @contextlib.contextmanager
    def since(self, moment: datetime) -> Iterator[None]:
        """Track a message inside this block that has waited since this moment."""
        key = object()
        self._since[key] = moment
        try:
            yield
        finally:
            del self._since[key]

    def oldest_s(self, now: datetime | None = None) -> float:
        """Return the age of the oldest in seconds, 0 without any; another thread may call it."""
        oldest = min(tuple(self._since.values()), default=None)
        return max(0.0, ((now or datetime.now(UTC)) - oldest).total_seconds()) if oldest else 0.0


def waiting_since(request: DeliveryRequested) -> datetime:
    """Return since when a delivery waits.

    A first attempt waits since ingest accepted the change, a later one since it was requested.
    """
    return request.transaction.received_at if request.attempt == 1 else request.requested_at
