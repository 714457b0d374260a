"""Finds out when a held lane's back office is well: by its connection test, then by one call."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import structlog

from dispatcher.errors import DeliveryError, FaultOrigin, MisconfiguredError
from dispatcher.lanes.circuit_breaker import BreakerState

if TYPE_CHECKING:
    from dispatcher.lanes.lane_state import LaneState

log = structlog.get_logger()
REAL_CALL_EVERY = 3
"""Of failed tests that got an answer: a test may be refused where a delivery is not."""
SINGLE_TEST_TIMEOUT_S = 5.0


class Prober:
    """Tests the connection of one lane whenever a probe is due; a delivery goes after the test."""

    def __init__(self, lane: LaneState) -> None:
        self._lane = lane
        self._running: asyncio.Task[None] | None = None
        self._single_test: asyncio.Task[None] | None = None
        self._single_test_until = 0.0
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
        is_held = self._lane.breaker.is_held
        if not is_held and (self._single_test is None or self._single_test.done()):
            loop = asyncio.get_running_loop()
            self._single_test_until = loop.time() + SINGLE_TEST_TIMEOUT_S
            self._single_test = loop.create_task(self._test_once())

    @property
    def is_testing_once(self) -> bool:
        """Whether a suspected lane is being tested, for a few seconds at most: calls that begin
        meanwhile could all end with an unknown outcome.
        """
        return self._single_test_left_s() > 0

    async def wait_for_single_test(self) -> None:
        """Return when no suspected lane is being tested."""
        if self._single_test is not None and self.is_testing_once:
            await asyncio.wait([self._single_test], timeout=self._single_test_left_s())

    def stop(self) -> None:
        """Stop probing."""
        for task in (self._running, self._single_test):
            if task is not None and task is not asyncio.current_task():
                task.cancel()
        self._running = None
        self._single_test = None

    def _single_test_left_s(self) -> float:
        if self._single_test is None or self._single_test.done():
            return 0.0
        return self._single_test_until - asyncio.get_running_loop().time()

    async def _run(self) -> None:
        breaker = self._lane.breaker
        while breaker.is_held:
            if breaker.state is BreakerState.HALF_OPEN or breaker.probe_in_s > 0:
                due_s = breaker.probe_in_s if breaker.state is BreakerState.OPEN else None
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(due_s):
                        await breaker.wait_for_change()
            elif not self._lane.credential.hold_if_refused():
                async with self._lane.slots.connection_test() as may_test:
                    if may_test:
                        self._apply_test_result(await self._test())

    def _apply_test_result(self, error: DeliveryError | None) -> None:
        breaker = self._lane.breaker
        if breaker.state is not BreakerState.OPEN:
            return
        self.has_passed = error is None
        self._failed_tests = 0 if error is None else self._failed_tests + 1
        if error is None or self._may_call(error):
            breaker.half_open()
        elif error.origin is FaultOrigin.CREDENTIAL:
            self._lane.credential.refuse(error)
        else:
            breaker.open(str(error), for_s=error.retry_after_s)

    def _may_call(self, error: DeliveryError) -> bool:
        """Whether a delivery probes although the test failed: after every third answer, and more
        and more seldom where the answer is trouble, which the delivery would meet as well.
        """
        if not _is_answer(error):
            return False
        if not error.retryable:
            return self._failed_tests % REAL_CALL_EVERY == 0
        self._retryable_failures += 1
        rounds, is_within = divmod(self._retryable_failures, REAL_CALL_EVERY)
        return not is_within and rounds.bit_count() == 1

    async def _test_once(self) -> None:
        lane, version = self._lane, self._lane.connector.version
        async with lane.slots.connection_test() as may_test:
            error = await self._test() if may_test else None
        if error is None or lane.breaker.is_held or lane.connector.version != version:
            return
        if error.origin is FaultOrigin.CREDENTIAL:
            lane.credential.refuse(error)
        else:
            lane.breaker.open(str(error))

    async def _test(self) -> DeliveryError | None:
        """Return why the connection test failed, or None."""
        lane = self._lane
        try:
            probe_result = await lane.clients.get(lane.connector).probe()
        except DeliveryError as error:
            return error
        except Exception:
            log.exception(
                "a connection test could not be made", connector_id=lane.connector.connector_id
            )
            return None
        return (
            None if probe_result.passed else MisconfiguredError("DSCFG004", probe_result.sentence)
        )


def _is_answer(error: DeliveryError) -> bool:
    """Whether the back office answered: an outage or a wrong password costs no delivery a try."""
    is_answer = error.http_status is not None or isinstance(error, MisconfiguredError)
    return is_answer and error.origin is not FaultOrigin.CREDENTIAL
