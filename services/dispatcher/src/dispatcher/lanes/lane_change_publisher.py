"""Publishes the beginning and the end of a lane's hold."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from common.contracts.connector import LaneChanged

if TYPE_CHECKING:
    from collections.abc import Callable


class LaneChangePublisher:
    """Publishes changes of one lane, and stores the last one."""

    def __init__(
        self, connector_id: str, replica: str, publish: Callable[[LaneChanged], None]
    ) -> None:
        self._connector_id = connector_id
        self._replica = replica
        self._publish = publish
        self.held_since: datetime | None = None
        self.held_until: datetime | None = None
        self.reason: str | None = None

    def update(self, reason: str | None, until: datetime | None) -> None:
        """Publish that the lane is held until a time, or without a reason that it works."""
        until = until if reason else None
        if (reason, until) == (self.reason, self.held_until):
            return
        now = datetime.now(UTC)
        self.held_since = (self.held_since or now) if reason else None
        self.held_until = until
        self.reason = reason
        self._publish(
            LaneChanged(
                connector_id=self._connector_id,
                replica=self._replica,
                held_since=self.held_since,
                held_until=until,
                reason=reason,
                at=now,
            )
        )
