"""Probes a held lane: by the connection test first, then by one delivery."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import structlog

from dispatcher.errors import DeliveryError, FaultOrigin, MisconfiguredError
from dispatcher.lanes.circuit_breaker import BreakerState

if TYPE_CHECKING:
    from dispatcher.back_offices.client_cache import BackOfficeClientCache
    from dispatcher.lanes.call_conditions import CallConditions
    from dispatcher.lanes.call_slots import CallSlots

log = structlog.get_logger()
DELIVERY_PROBE_EVERY = 3
"""The number of failed tests after which a delivery probes. Only tests with a response count,
because a back office may refuse a test and accept a delivery.
"""


class LaneProber:
    """Tests the connection of one lane when a probe is due. A delivery follows after the test."""

    def __init__(
        self, conditions: CallConditions, slots: CallSlots, clients: BackOfficeClientCache
    ) -> None:
        self._conditions = conditions
        self._slots = slots
        self._clients = clients
        self._running: asyncio.Task[None] | None = None
        self._failed_tests = 0
        self._retryable_failures = 0
        self.has_passed = False

    def start(self) -> None:
        """Probe until the lane works again."""
        if self._running is None or self._running.done():
            self._failed_tests = 0
            self._retryable_failures = 0
            self._running = asyncio.get_running_loop().create_task(self._run())

    def test_once(self) -> None:
        """Test the connection once, and hold the lane if the test fails."""
        if not self._conditions.breaker.is_held:
            self._conditions.single_test.start(self._test_once())

    def stop(self) -> None:
        """Stop probing."""
        if self._running is not None and self._running is not asyncio.current_task():
            self._running.cancel()
        self._running = None
        self._conditions.single_test.cancel()

    async def _run(self) -> None:
        breaker = self._conditions.breaker
        while breaker.is_held:
            if breaker.state is BreakerState.HALF_OPEN or breaker.probe_in_s > 0:
                due_s = breaker.probe_in_s if breaker.state is BreakerState.OPEN else None
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(due_s):
                        await breaker.wait_for_change()
            elif not self._conditions.credential.hold_if_refused():
                async with self._slots.connection_test() as may_test:
                    if may_test:
                        self._apply_test_result(await self._test())

    def _apply_test_result(self, error: DeliveryError | None) -> None:
        breaker = self._conditions.breaker
        if breaker.state is not BreakerState.OPEN:
            return
        self.has_passed = error is None
        self._failed_tests = 0 if error is None else self._failed_tests + 1
        if error is None or self._may_call(error):
            breaker.half_open()
        elif error.origin is FaultOrigin.CREDENTIAL:
            self._conditions.credential.refuse(error)
        else:
            breaker.open(str(error), for_s=error.retry_after_s)

    def _may_call(self, error: DeliveryError) -> bool:
        """Return whether a delivery probes although the test failed.

        A delivery follows every third response. After responses that a delivery would get as well,
        such as a server fault, it follows more and more seldom.
        """
        if not _is_answer(error):
            return False
        if not error.retryable:
            return self._failed_tests % DELIVERY_PROBE_EVERY == 0
        self._retryable_failures += 1
        rounds, is_within = divmod(self._retryable_failures, DELIVERY_PROBE_EVERY)
        return not is_within and rounds.bit_count() == 1

    async def _test_once(self) -> None:
        conditions, version = self._conditions, self._conditions.connector.version
        async with self._slots.connection_test() as may_test:
            error = await self._test() if may_test else None
        if error is None or conditions.breaker.is_held or conditions.connector.version != version:
            return
        if error.origin is FaultOrigin.CREDENTIAL:
            conditions.credential.refuse(error)
        else:
            conditions.breaker.open(str(error))

    async def _test(self) -> DeliveryError | None:
        """Return why the connection test failed, or None."""
        connector = self._conditions.connector
        try:
            result = await self._clients.get(connector).probe()
        except DeliveryError as error:
            return error
        except Exception:
            log.exception("a connection test could not be run", connector_id=connector.connector_id)
            return None
        return None if result.passed else MisconfiguredError("DSCFG004", result.sentence)


def _is_answer(error: DeliveryError) -> bool:
    """Return whether the back office answered. An outage or a wrong password costs no delivery a
    try.
    """
    is_answer = error.http_status is not None or isinstance(error, MisconfiguredError)
    return is_answer and error.origin is not FaultOrigin.CREDENTIAL
