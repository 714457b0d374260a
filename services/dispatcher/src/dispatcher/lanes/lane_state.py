"""The state of one lane: connector, circuit breaker, limiter, credential and gauges."""

from __future__ import annotations

import contextlib
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from common.contracts.telemetry import LaneStanding
from dispatcher.errors import FaultOrigin, ThrottledError
from dispatcher.lanes.call_conditions import CallConditions
from dispatcher.lanes.call_slots import CallSlots
from dispatcher.lanes.circuit_breaker import BreakerCause, BreakerSettings, CircuitBreaker
from dispatcher.lanes.prober import LaneProber
from dispatcher.metrics import ATTEMPT_SECONDS, CALL_SECONDS, CALLS_IN_FLIGHT, LANE_DEPTH
from dispatcher.unreadable import UnreadableConnector

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from common.contracts.connector import Connector
    from dispatcher.back_offices.client_cache import BackOfficeClientCache
    from dispatcher.errors import DeliveryError
    from dispatcher.lanes.call_slots import CallSlot
    from dispatcher.lanes.credential import Credential
    from dispatcher.lanes.groups import GroupMembership
    from dispatcher.lanes.lane_change_publisher import LaneChangePublisher
    from dispatcher.lanes.limiter import Limiter

MARGIN = timedelta(seconds=15)
BLOCKED_REPORT_LASTS = timedelta(minutes=1)
REPORTED_PAUSE_S = 10.0
"""The shortest pause, asked for by a back office, that is reported as a held lane."""
CREDENTIAL_ACCEPTED = frozenset({FaultOrigin.APPOINTMENT, FaultOrigin.UNCLEAR})


class LaneState(CallConditions):
    """The state of one lane. It decides how each outcome of a call affects the next calls."""

    def __init__(
        self,
        connector: Connector,
        membership: GroupMembership,
        settings: BreakerSettings,
        clients: BackOfficeClientCache,
        changes: LaneChangePublisher,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(connector, CircuitBreaker(settings, self._breaker_changed, clock), clock)
        self._settings = settings
        self._changes = changes
        self._held_until: datetime | None = None
        self._in_flight = 0
        self._unclear_faults = 0
        self.membership = membership
        self.clients = clients
        self.slots = CallSlots(self)
        self.prober = LaneProber(self, self.slots, clients)
        self.unreadable: str | None = None
        self.queue_mismatch: str | None = None
        self.attempt_seconds = ATTEMPT_SECONDS.labels(connector.connector_id)
        self._calls_in_flight = CALLS_IN_FLIGHT.labels(connector.connector_id)
        self._call_seconds = CALL_SECONDS.labels(connector.connector_id)

    @property
    def blocked_reason(self) -> str | None:
        """The reason why the lane cannot be worked at all, or None."""
        return self.queue_mismatch or self.unreadable

    @property
    def is_calling(self) -> bool:
        """Whether a delivery or a question is being sent."""
        return self._in_flight > 0

    def change(self, connector: Connector) -> None:
        """Use the connector's new settings. A changed connector is tried at once."""
        self.unreadable = None
        if isinstance(connector, UnreadableConnector):
            self.unreadable = connector.reason
            return
        if connector == self.connector:
            return
        self.connector = connector
        self._unclear_faults = 0
        self.credential.reset()
        self.breaker.reset()

    def share(
        self, membership: GroupMembership, limiter: Limiter, credential: Credential | None
    ) -> None:
        """Use a shared limiter and credential for the calls that begin from now on."""
        self.membership = membership
        self.limiter = limiter
        self.credential.credential = credential

    @contextlib.contextmanager
    def calling(self) -> Iterator[None]:
        """Count a call as in flight inside this block, and measure its duration."""
        self._in_flight += 1
        try:
            with self._calls_in_flight.track_inprogress(), self._call_seconds.time():
                yield
        finally:
            self._in_flight -= 1

    def succeeded(self, slot: CallSlot) -> None:
        """Record a successful call: close the breaker, and raise the limit."""
        if slot.version != self.connector.version:
            return
        slot.is_probe = False
        self.credential.accept()
        self._unclear_faults = 0
        self.limiter.succeeded()
        self.breaker.succeeded()

    def failed(self, error: DeliveryError, slot: CallSlot) -> None:
        """Record a failed call: slow down, hold the lane, or do nothing, as the fault requires.

        A fault of an earlier version of the connector proves nothing about the present one.
        """
        if slot.version != self.connector.version:
            return
        is_probe, slot.is_probe = slot.is_probe, False
        if error.http_status is not None and error.origin in CREDENTIAL_ACCEPTED:
            self.credential.accept()
        if isinstance(error, ThrottledError):
            self.limiter.slow_down()
        match error.origin:
            case FaultOrigin.APPOINTMENT:
                self._unclear_faults = 0
                self.breaker.succeeded()
            case FaultOrigin.UNCLEAR:
                self._failed_unclear(error, is_probe=is_probe)
            case FaultOrigin.CREDENTIAL:
                self.credential.refuse(error)
            case FaultOrigin.CONNECTOR:
                self.breaker.failed(error, is_probe=is_probe)
                if error.outcome_unknown and error.http_status is not None:
                    self.prober.test_once()
        if error.retry_after_s is not None:
            self._wait(error, error.retry_after_s)

    def hold(self, error: DeliveryError) -> None:
        """Hold the lane at once, because the back office cannot be reached."""
        if not self.breaker.is_held:
            self.breaker.open(str(error))

    def suspend(self) -> None:
        """Reset the lane's faults, because another replica works it from now on."""
        self.prober.stop()
        self.leased_until = 0.0
        self.breaker.reset()
        self.report(in_hand=0)
        with contextlib.suppress(KeyError):
            LANE_DEPTH.remove(self.connector.connector_id)

    def breaker_to_store(self) -> dict[str, Any] | None:
        """Return the circuit breaker's state for a replica that takes over the held lane.

        Returns None while the lane works.
        """
        state = self.breaker.state_to_store()
        return None if state is None else state | {"version": self.connector.version}

    def restore_breaker(self, stored: Mapping[str, Any]) -> None:
        """Continue to hold the lane as the last replica did, unless the connector was changed."""
        if stored.get("version") == self.connector.version:
            with contextlib.suppress(KeyError, ValueError, TypeError):
                self.breaker.restore(stored)

    def report(self, in_hand: int) -> None:
        """Publish when the lane becomes held or works again. A lane without deliveries is
        not held.
        """
        reason = self.blocked_reason or (
            self.breaker.reason if self.breaker.is_held and in_hand else None
        )
        if self.blocked_reason:
            now = datetime.now(UTC)
            if self._held_until is None or self._held_until < now + MARGIN:
                self._held_until = now + BLOCKED_REPORT_LASTS
        self._changes.update(reason, self._held_until)

    def standing(self, in_hand: int, in_queue: int | None) -> LaneStanding:
        """Return the lane's part of a heartbeat."""
        return LaneStanding(
            connector_id=self.connector.connector_id,
            connector_name=self.connector.name,
            in_queue=in_queue,
            in_hand=in_hand,
            in_flight=self._in_flight,
            calls_allowed=self.limiter.allowed,
            held_since=self._changes.held_since,
            held_until=self._changes.held_until,
            reason=self._changes.reason,
        )

    @property
    def is_reported_held(self) -> bool:
        """Whether the lane is reported as held."""
        return self._changes.held_since is not None

    def _failed_unclear(self, error: DeliveryError, *, is_probe: bool) -> None:
        """Record a fault of either the appointment or the connector. A connection test decides."""
        self._unclear_faults += 1
        if is_probe and not self.prober.has_passed:
            self.breaker.failed(error, is_probe=True)
        elif is_probe:
            self.breaker.release_probe()
        elif self._unclear_faults >= self._settings.hold_after and not self.breaker.is_held:
            self._unclear_faults = 0
            self.prober.test_once()

    def _wait(self, error: DeliveryError, seconds: float) -> None:
        if seconds < REPORTED_PAUSE_S:
            self.breaker.pause(seconds)
        else:
            self.breaker.open(str(error), BreakerCause.THROTTLED, for_s=seconds)

    def _breaker_changed(self) -> None:
        if not self.breaker.is_held:
            self._held_until = None
            return
        in_s = self.breaker.probe_in_s + self.connector.limits.total_timeout_s
        self._held_until = datetime.now(UTC) + timedelta(seconds=in_s) + MARGIN
        self.prober.start()
