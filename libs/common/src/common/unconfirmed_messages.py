"""Messages that RabbitMQ has not confirmed yet: the age of the oldest and the reason."""

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
"""The time that a message may be unconfirmed before it is reported."""
NO_CONFIRMATION = "RabbitMQ does not confirm them"


class UnconfirmedMessages:
    """The unconfirmed messages to one exchange. Logs once when they have waited for long, and once
    when RabbitMQ confirms again.
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
        """The age of the oldest unconfirmed message in seconds, or 0."""
        began = next(iter(self._began.values()), None)
        return 0.0 if began is None else time.monotonic() - began

    @contextlib.contextmanager
    def track(self) -> Iterator[None]:
        """Count a message as unconfirmed inside this block."""
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
                log.info("RabbitMQ confirms messages again", exchange=self._exchange)

    def record_failure(self, reason: str) -> None:
        """Store the reason of the last failure."""
        self._reason = reason

    def check(self) -> str | None:
        """Return a reason while a message has been unconfirmed for too long."""
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
