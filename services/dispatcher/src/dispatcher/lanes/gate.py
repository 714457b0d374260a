"""Holds a lane whose back office is sick, and finds out by single calls when it is well again."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dispatcher.errors import HandBackError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dispatcher.errors import DeliveryError

GLANCE_S = 0.25


@dataclass(frozen=True, slots=True)
class Patience:
    """When a lane is held, and how it is probed."""

    hold_after: int = 10
    probe_s: float = 2.0
    longest_probe_s: float = 60.0
    in_hand_s: float = 600.0


class Gate:
    """Open while the back office is well.

    After ``hold_after`` consecutive connector-level faults it lets one call through at a time.
    """

    def __init__(
        self,
        patience: Patience,
        changed: Callable[[Gate], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._patience = patience
        self._changed = changed
        self._clock = clock
        self._faults = 0
        self._probes = 0
        self._probing = False
        self._probe_at = 0.0
        self.is_closing = False
        self.reason: str | None = None

    @property
    def is_held(self) -> bool:
        """Whether calls wait for a probe to succeed."""
        return self._probes > 0

    @property
    def probe_in_s(self) -> float:
        """Seconds until the next probe may go."""
        return max(0.0, self._probe_at - self._clock())

    async def enter(self) -> None:
        """Return when a call may begin; raises HandBackError when it should not wait any longer."""
        since = self._clock()
        while self.is_held:
            if not self._probing and self.probe_in_s == 0:
                self._probing = True
                break
            if self.is_closing or self._clock() - since > self._patience.in_hand_s:
                raise HandBackError
            await asyncio.sleep(min(GLANCE_S, self.probe_in_s or GLANCE_S))
        if self.is_closing:
            self._probing = False
            raise HandBackError

    def succeeded(self) -> None:
        """Note that a call ended well: the lane works again."""
        was_held = self.is_held
        self._faults, self._probes, self._probing, self.reason = 0, 0, False, None
        if was_held:
            self._changed(self)

    def failed(self, error: DeliveryError) -> None:
        """Note a fault; one that lies with the appointment shows that the back office is well."""
        if not error.is_connectors:
            self.succeeded()
            return
        self._faults += 1
        self.reason = str(error)
        if self._probing or (not self.is_held and self._faults >= self._patience.hold_after):
            self._wait_longer(error.retry_after_s or 0.0)

    def left(self) -> None:
        """Note that a call ended without telling anything, so that another may probe."""
        self._probing = False

    def _wait_longer(self, at_least_s: float) -> None:
        pause = min(self._patience.probe_s * 2**self._probes, self._patience.longest_probe_s)
        self._probes, self._probing = min(self._probes + 1, 30), False
        self._probe_at = self._clock() + max(pause, at_least_s)
        self._changed(self)
