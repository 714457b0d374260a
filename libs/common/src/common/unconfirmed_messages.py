"""Messages that RabbitMQ has not confirmed yet: how long the oldest has waited, and why."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

import structlog

from common.metrics import PUBLISH_WAITING

if TYPE_CHECKING:
    from collections.abc import Iterator

log = structlog.get_logger()
REPORT_AFTER_S = 10.0
"""A message may wait that long before it is reported."""
NO_CONFIRMATION = "RabbitMQ does not confirm them"


class UnconfirmedMessages:
    """The messages to one exchange; logs once when they begin to wait for long, and once when that
    is over.
    """

    def __init__(self, exchange: str) -> None:
        self._exchange = exchange
        self._began: dict[object, float] = {}
        self._reason = NO_CONFIRMATION
        self._is_reported = False
        self._timer: asyncio.TimerHandle | None = None
        PUBLISH_WAITING.labels(exchange).set_function(lambda: self.oldest_s)

    @property
    def oldest_s(self) -> float:
        """Seconds for which the oldest has waited; 0 = none waits."""
        began = next(iter(self._began.values()), None)
        return 0.0 if began is None else time.monotonic() - began

    @contextlib.contextmanager
    def track(self) -> Iterator[None]:
        """Count a message as waiting inside this block."""
        key = object()
        self._began[key] = time.monotonic()
        if self._timer is None:
            self._schedule_check(REPORT_AFTER_S)
        try:
            yield
        finally:
            del self._began[key]
            if self._is_reported and self.oldest_s < REPORT_AFTER_S:
                self._is_reported = False
                log.info("RabbitMQ takes the messages again", exchange=self._exchange)

    def record_failure(self, reason: str) -> None:
        """Note why RabbitMQ did not take one."""
        self._reason = reason

    def check(self) -> str | None:
        """Return the reason when messages have waited for too long."""
        if self.oldest_s < REPORT_AFTER_S:
            return None
        return f"messages to {self._exchange} wait for RabbitMQ: {self._reason}"

    def _schedule_check(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self._report)

    def _report(self) -> None:
        self._timer = None
        if not self._began:
            self._reason = NO_CONFIRMATION
            return
        if self.check() and not self._is_reported:
            self._is_reported = True
            log.warning(
                "messages wait for RabbitMQ",
                exchange=self._exchange,
                waiting=len(self._began),
                reason=self._reason,
            )
        self._schedule_check(max(REPORT_AFTER_S - self.oldest_s, 1.0))
