"""What one connector's lane works with: the connector as it is now, its back office, its
limits and its gate.
"""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from common.contracts.connector import LaneChanged
from common.contracts.telemetry import LaneStanding
from dispatcher.errors import ThrottledError
from dispatcher.lanes.gate import Gate, Patience
from dispatcher.metrics import (
    ATTEMPT_SECONDS,
    CALL_SECONDS,
    CALLS_ALLOWED,
    CALLS_IN_FLIGHT,
    LANE_HELD,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from common.contracts.connector import Connector
    from dispatcher.errors import DeliveryError
    from dispatcher.lanes.limiter import Limiters

MARGIN = timedelta(seconds=15)


class Desk:
    """Changes with its connector, and tells when its lane is held and when it works again."""

    def __init__(
        self,
        connector: Connector,
        replica: str,
        patience: Patience,
        limiters: Limiters,
        tell: Callable[[LaneChanged], None],
    ) -> None:
        self._replica = replica
        self._limiters = limiters
        self._tell = tell
        self._held_since: datetime | None = None
        self._held_until: datetime | None = None
        self._in_flight = 0
        self.gate = Gate(patience, self._gate_changed)
        self.connector = connector
        self.limiter = limiters.of(connector)
        self.attempt_seconds = ATTEMPT_SECONDS.labels(connector.connector_id)
        self._calls_in_flight = CALLS_IN_FLIGHT.labels(connector.connector_id)
        self._call_seconds = CALL_SECONDS.labels(connector.connector_id)
        CALLS_ALLOWED.labels(connector.connector_id).set_function(lambda: self.limiter.allowed)
        LANE_HELD.labels(connector.connector_id).set_function(lambda: self.gate.is_held)

    def change(self, connector: Connector) -> None:
        """Work with the connector as it is now; a mended one is tried at once."""
        if connector.version == self.connector.version:
            return
        self.connector, self.limiter = connector, self._limiters.of(connector)
        self.gate.succeeded()

    @contextlib.contextmanager
    def calling(self) -> Iterator[None]:
        """Count a call as under way inside this block, and measure it."""
        self._in_flight += 1
        try:
            with self._calls_in_flight.track_inprogress(), self._call_seconds.time():
                yield
        finally:
            self._in_flight -= 1

    def standing(self, in_hand: int, in_queue: int | None) -> LaneStanding:
        """Return how the lane stands, for those who watch."""
        return LaneStanding(
            connector_id=self.connector.connector_id,
            connector_name=self.connector.name,
            in_queue=in_queue,
            in_hand=in_hand,
            in_flight=self._in_flight,
            calls_allowed=self.limiter.allowed,
            held_since=self._held_since,
            held_until=self._held_until,
            reason=self.gate.reason if self.gate.is_held else None,
        )

    def failed(self, error: DeliveryError) -> None:
        """Note that a call failed: a throttled one slows the lane down, a fault of the
        connector may hold it.
        """
        if isinstance(error, ThrottledError):
            self.limiter.slow_down(error.retry_after_s)
        self.gate.failed(error)

    def succeeded(self) -> None:
        """Note that a call ended well: the lane works, and speeds up again."""
        self.limiter.went_well()
        self.gate.succeeded()

    def _gate_changed(self, gate: Gate) -> None:
        now = datetime.now(UTC)
        self._held_since = (self._held_since or now) if gate.is_held else None
        in_s = gate.probe_in_s + self.connector.limits.total_timeout_s
        self._held_until = now + timedelta(seconds=in_s) + MARGIN if gate.is_held else None
        self._tell(
            LaneChanged(
                connector_id=self.connector.connector_id,
                replica=self._replica,
                held_since=self._held_since,
                held_until=self._held_until,
                reason=gate.reason,
                at=now,
            )
        )
