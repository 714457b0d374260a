"""Call slots: each is the right to make one call to a lane's back office."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from dispatcher.lanes.call_conditions import CallConditions
    from dispatcher.lanes.credential import CredentialTrial
    from dispatcher.lanes.limiter import Limiter

LEASE_POLL_INTERVAL_S = 0.25


@dataclass(slots=True)
class CallSlot:
    """The right to make one call with one version of the connector."""

    is_probe: bool
    limiter: Limiter
    version: int
    trial: CredentialTrial | None = None


class CallSlots:
    """Grants call slots while the lane is leased, not held, and within its limits."""

    def __init__(self, conditions: CallConditions) -> None:
        self._conditions = conditions

    async def acquire(self) -> CallSlot:
        """Return a slot when a call may begin. The caller gives the slot back with ``release``.

        No slot is held while waiting. Calls with a credential that was not accepted yet are made
        one at a time.
        """
        while True:
            slot = await self._next_slot()
            conditions = self._conditions
            if conditions.allow_calls or (conditions.is_leased and slot.is_probe):
                slot.version = conditions.connector.version
                if slot.trial is not None:
                    slot.trial.start_timeout()
                return slot
            self.release(slot)

    def release(self, slot: CallSlot) -> None:
        """Give the slot back after the call."""
        slot.limiter.release(self._conditions.limiter_member)
        self._stop_waiting(slot)

    @contextlib.asynccontextmanager
    async def connection_test(self) -> AsyncIterator[bool]:
        """Hold a slot for a connection test inside this block. The test counts as a call.

        No other call tries the credential at the same time, unless it was accepted. Yields False
        when the credential was refused in the meantime. The test has to wait then.
        """
        slot = self._slot(is_probe=False)
        try:
            slot.trial = await self._conditions.credential.begin_trial()
            await slot.limiter.acquire(self._conditions.limiter_member)
        except BaseException:
            self._end_trial(slot)
            raise
        if slot.trial is not None:
            slot.trial.start_timeout()
        try:
            yield slot.trial is None or not self._conditions.credential.hold_if_refused()
        finally:
            self.release(slot)

    def _slot(self, *, is_probe: bool) -> CallSlot:
        return CallSlot(is_probe, self._conditions.limiter, self._conditions.connector.version)

    async def _next_slot(self) -> CallSlot:
        while not self._conditions.is_leased:  # noqa: ASYNC110 - the lease ends by the clock
            await asyncio.sleep(LEASE_POLL_INTERVAL_S)
        await self._conditions.single_test.wait()
        is_probe = await self._conditions.breaker.enter()
        slot = self._slot(is_probe=is_probe)
        try:
            await self._try_credential(slot)
            await slot.limiter.acquire(self._conditions.limiter_member)
        except BaseException:
            self._stop_waiting(slot)
            raise
        return slot

    async def _try_credential(self, slot: CallSlot) -> None:
        """Wait until no other call tries the same credential. Hold the lane if it was refused."""
        slot.trial = await self._conditions.credential.begin_trial()
        if slot.trial is not None and self._conditions.credential.hold_if_refused():
            self._stop_waiting(slot)
            slot.is_probe = await self._conditions.breaker.enter()
            await self._try_credential(slot)

    def _stop_waiting(self, slot: CallSlot) -> None:
        self._end_trial(slot)
        if slot.is_probe:
            slot.is_probe = False
            self._conditions.breaker.release_probe()

    def _end_trial(self, slot: CallSlot) -> None:
        if slot.trial is not None:
            slot.trial.end()
            slot.trial = None
