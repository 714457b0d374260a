"""The circuit breaker of one lane. It holds the lane while the back office fails."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dispatcher.errors import DeliveryError

MAX_DOUBLINGS = 30
LONGEST_HOLD = timedelta(days=365)


class BreakerState(StrEnum):
    """The states of a circuit breaker."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class BreakerCause(StrEnum):
    """The reason why a circuit breaker is open. It decides the length of the pauses."""

    FAULTS = "faults"
    CREDENTIALS = "credentials"
    THROTTLED = "throttled"
    UNKNOWN = "unknown outcomes"


@dataclass(frozen=True, slots=True)
class BreakerSettings:
    """Limits and pauses of a circuit breaker. Times are in seconds.

    ``hold_after`` counts consecutive faults. ``hold_after_unknown`` counts them where the last one
    leaves its outcome in doubt. Pauses double with each failed probe. Wrong credentials have longer
    pauses, because domains lock accounts after a few tries. Probes that end with an unknown outcome
    have pauses as long, because each of them costs an administrator a check.
    """

    hold_after: int = 10
    probe_s: float = 2.0
    longest_probe_s: float = 60.0
    credential_probe_s: float = 900.0
    longest_credential_probe_s: float = 14_400.0
    hold_after_unknown: int = 3

    def pause_s(self, cause: BreakerCause, doublings: int) -> float:
        """Return the seconds until the next probe."""
        first, longest = self.probe_s, self.longest_probe_s
        if cause is BreakerCause.CREDENTIALS:
            first, longest = self.credential_probe_s, self.longest_credential_probe_s
        elif cause is BreakerCause.UNKNOWN:
            longest = max(longest, self.credential_probe_s)
        return min(first * 2.0**doublings, longest)


class CircuitBreaker:
    """Lets calls pass while closed, none while open, and one probe while half-open.

    An open breaker becomes half-open when a probe is due. ``changed`` is called after each change
    of the state or of the next probe's time.
    """

    def __init__(
        self,
        settings: BreakerSettings,
        changed: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._changed = changed
        self._clock = clock
        self._state = BreakerState.CLOSED
        self._cause = BreakerCause.FAULTS
        self._faults = 0
        self._doublings = 0
        self._due_at = 0.0
        self._due_on = datetime.now(UTC)
        self._not_before = 0.0
        self._is_probing = False
        self._waiters: deque[asyncio.Future[None]] = deque()
        self.reason: str | None = None

    @property
    def state(self) -> BreakerState:
        """The state of the breaker."""
        return self._state

    @property
    def is_held(self) -> bool:
        """Whether calls wait for a probe to succeed."""
        return self._state is not BreakerState.CLOSED

    @property
    def probe_in_s(self) -> float:
        """The seconds until the next probe is due."""
        return max(0.0, self._due_at - self._clock())

    @property
    def allows_calls(self) -> bool:
        """Whether a call may begin without waiting."""
        return self._state is BreakerState.CLOSED and self._not_before <= self._clock()

    @property
    def doublings(self) -> int:
        """The number of times that the next pause is doubled."""
        return self._doublings

    async def enter(self) -> bool:
        """Return when a call may begin. Returns True when this call is the probe.

        Callers pass in the order of their arrival. A caller whose probe failed goes to the end.
        """
        while not self.allows_calls:
            if self._state is BreakerState.HALF_OPEN and not self._is_probing:
                self._is_probing = True
                return True
            if self._state is BreakerState.CLOSED:
                await asyncio.sleep(self._not_before - self._clock())
            else:
                await self.wait_for_change()
        return False

    async def wait_for_change(self) -> None:
        """Return after the next change of state."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        try:
            await waiter
        finally:
            with contextlib.suppress(ValueError):
                self._waiters.remove(waiter)

    def succeeded(self) -> None:
        """Close the breaker: the back office accepted a call, or refused one appointment.

        A call that began before the back office asked for a pause does not end the pause.
        """
        if self._state is BreakerState.OPEN and self._cause is BreakerCause.THROTTLED:
            return
        self._close()

    def reset(self) -> None:
        """Close the breaker and end every pause, because the connector was changed."""
        self._not_before = 0.0
        self._close()

    def failed(self, error: DeliveryError, *, is_probe: bool) -> None:
        """Count a fault of the connector. The breaker opens after too many in a row.

        A late failure of a call that began before the breaker opened changes nothing.
        """
        self._faults += 1
        hold_after = self._settings.hold_after
        if error.is_in_doubt:
            hold_after = min(hold_after, self._settings.hold_after_unknown)
        if is_probe:
            self.open(
                str(error), BreakerCause.UNKNOWN if error.is_in_doubt else BreakerCause.FAULTS
            )
        elif self._state is BreakerState.CLOSED and self._faults >= hold_after:
            self.open(str(error))

    def open(
        self,
        reason: str,
        cause: BreakerCause = BreakerCause.FAULTS,
        *,
        for_s: float | None = None,
        doublings: int = 0,
    ) -> None:
        """Hold the lane until a probe is due: after ``for_s`` seconds, or after the next pause.

        The pause is doubled at least ``doublings`` times.
        """
        if cause is not self._cause or self._state is BreakerState.CLOSED:
            self._doublings = 0
        self._doublings = max(self._doublings, doublings)
        was_throttled = (
            self._state is BreakerState.OPEN and self._cause is cause is BreakerCause.THROTTLED
        )
        self._cause = cause
        self.reason = reason
        pause = self._settings.pause_s(cause, self._doublings) if for_s is None else for_s
        pause = min(pause, LONGEST_HOLD.total_seconds())
        if was_throttled:
            pause = max(pause, self.probe_in_s)
        self._due_at = self._clock() + pause
        self._due_on = datetime.now(UTC) + timedelta(seconds=pause)
        if for_s is None:
            self._doublings = min(self._doublings + 1, MAX_DOUBLINGS)
        self._move_to(BreakerState.OPEN)

    def pause(self, seconds: float) -> None:
        """Let no call begin for a short time, without reporting the lane as held."""
        self._not_before = max(self._not_before, self._clock() + seconds)

    def half_open(self) -> None:
        """Let one call probe the back office."""
        if self._state is BreakerState.OPEN:
            self._move_to(BreakerState.HALF_OPEN)

    def release_probe(self) -> None:
        """Free the probe after a call that neither succeeded nor failed. Another call probes."""
        self._is_probing = False
        self._wake()

    def state_to_store(self) -> dict[str, Any] | None:
        """Return the state for a replica that takes over the held lane, or None while closed."""
        if self._state is BreakerState.CLOSED:
            return None
        return {
            "reason": self.reason,
            "cause": str(self._cause),
            "doublings": self._doublings,
            "due_at": self._due_on,
        }

    def restore(self, stored: Mapping[str, Any]) -> None:
        """Hold the lane as another replica did. Raises KeyError or ValueError."""
        cause, doublings = BreakerCause(stored["cause"]), int(stored["doublings"])
        left_s = (stored["due_at"] - datetime.now(UTC)).total_seconds()
        self.open(str(stored["reason"]), cause, for_s=max(0.0, left_s))
        self._doublings = doublings

    def _close(self) -> None:
        self._faults = 0
        if self._state is not BreakerState.CLOSED:
            self._move_to(BreakerState.CLOSED)

    def _move_to(self, state: BreakerState) -> None:
        self._state = state
        self._is_probing = False
        if state is BreakerState.CLOSED:
            self._faults = 0
            self._doublings = 0
            self.reason = None
        self._wake()
        self._changed()

    def _wake(self) -> None:
        waiters, self._waiters = self._waiters, deque()
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)
