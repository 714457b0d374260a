"""The right to call a lane's back office: one slot for each call."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from dispatcher.lanes.credential import CredentialTrial
    from dispatcher.lanes.lane_state import LaneState
    from dispatcher.lanes.limiter import Limiter

LEASE_POLL_INTERVAL_S = 0.25


@dataclass(slots=True)
class CallSlot:
    """The right to make one call."""

    is_probe: bool
    limiter: Limiter
    version: int
    trial: CredentialTrial | None = None


class CallSlots:
    """Lets calls begin while the lane is leased, works, and is within its limits."""

    def __init__(self, lane: LaneState) -> None:
        self._lane = lane

    @property
    def _allows_calls(self) -> bool:
        return self._lane.breaker.allows_calls and not self._lane.prober.is_testing_once

    async def enter(self) -> CallSlot:
        """Return when a call may begin; give the slot back with ``leave``.

        No slot is held while waiting. Calls of a credential that was not accepted yet go one at a
        time.
        """
        while True:
            slot = await self._next_slot()
            if self._lane.is_leased and (slot.is_probe or self._allows_calls):
                slot.version = self._lane.connector.version
                if slot.trial is not None:
                    slot.trial.start_timeout()
                return slot
            self.leave(slot)

    def leave(self, slot: CallSlot) -> None:
        """Give the slot back after the call."""
        slot.limiter.release(self._lane.member)
        self._stop_waiting(slot)

    @contextlib.asynccontextmanager
    async def connection_test(self) -> AsyncIterator[bool]:
        """Test the connection inside this block: it counts as a call.

        No other call tries the credential at the same time, unless it was accepted. Yields False
        when the credential was refused meanwhile: then the test has to wait.
        """
        slot = self._slot(is_probe=False)
        try:
            slot.trial = await self._lane.credential.begin_trial()
            await slot.limiter.acquire(self._lane.member)
        except BaseException:
            self._end_trial(slot)
            raise
        if slot.trial is not None:
            slot.trial.start_timeout()
        try:
            yield slot.trial is None or not self._lane.credential.hold_if_refused()
        finally:
            self.leave(slot)

    def _slot(self, *, is_probe: bool) -> CallSlot:
        return CallSlot(is_probe, self._lane.limiter, self._lane.connector.version)

    async def _next_slot(self) -> CallSlot:
        while not self._lane.is_leased:  # noqa: ASYNC110 - the lease ends by the clock
            await asyncio.sleep(LEASE_POLL_INTERVAL_S)
        await self._lane.prober.wait_for_single_test()
        is_probe = await self._lane.breaker.enter()
        slot = self._slot(is_probe=is_probe)
        try:
            await self._try_credential(slot)
            await slot.limiter.acquire(self._lane.member)
        except BaseException:
            self._stop_waiting(slot)
            raise
        return slot

    async def _try_credential(self, slot: CallSlot) -> None:
        """Wait until no other call tries the same credential; hold the lane if it was refused."""
        slot.trial = await self._lane.credential.begin_trial()
        if slot.trial is not None and self._lane.credential.hold_if_refused():
            self._stop_waiting(slot)
            slot.is_probe = await self._lane.breaker.enter()
            await self._try_credential(slot)

    def _stop_waiting(self, slot: CallSlot) -> None:
        self._end_trial(slot)
        if slot.is_probe:
            slot.is_probe = False
            self._lane.breaker.release_probe()

    def _end_trial(self, slot: CallSlot) -> None:
        if slot.trial is not None:
            slot.trial.end()
            slot.trial = None
