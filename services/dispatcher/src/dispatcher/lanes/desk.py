"""What one connector's lane works with: the connector as it is now, its back office, its limits and its gate."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from common.contracts.connector import LaneChanged
from dispatcher.lanes.gate import Gate, Patience
from dispatcher.lanes.limiter import Limiter
from dispatcher.metrics import CALL_SECONDS, CALLS_IN_FLIGHT, LANE_HELD

if TYPE_CHECKING:
    from collections.abc import Callable

    from common.contracts.connector import Connector

MARGIN = timedelta(seconds=15)


class Desk:
    """Changes with its connector, and tells when its lane is held and when it works again."""

    def __init__(self, connector: Connector, replica: str, patience: Patience, tell: Callable[[LaneChanged], None]) -> None:
        self._replica, self._patience, self._tell = replica, patience, tell
        self._held_since: datetime | None = None
        self.gate = Gate(patience, self._gate_changed)
        self.connector, self.limiter = connector, Limiter(connector.limits)
        self.calls_in_flight = CALLS_IN_FLIGHT.labels(connector.connector_id)
        self.call_seconds = CALL_SECONDS.labels(connector.connector_id)

    def change(self, connector: Connector) -> None:
        """Work with the connector as it is now; a mended one is tried at once."""
        if connector.version == self.connector.version:
            return
        if connector.limits != self.connector.limits:
            self.limiter = Limiter(connector.limits)
        self.connector = connector
        self.gate.succeeded()

    def _gate_changed(self, gate: Gate) -> None:
        now = datetime.now(UTC)
        self._held_since = (self._held_since or now) if gate.is_held else None
        LANE_HELD.labels(self.connector.connector_id).set(1 if gate.is_held else 0)
        self._tell(
            LaneChanged(
                connector_id=self.connector.connector_id,
                replica=self._replica,
                held_since=self._held_since,
                held_until=now + timedelta(seconds=gate.probe_in_s + self.connector.limits.total_timeout_s) + MARGIN if gate.is_held else None,
                reason=gate.reason,
                at=now,
            )
        )
