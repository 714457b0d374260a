"""Logs refused requests at a bounded rate (OWASP ASVS 4.0.3, 7.1.3 and 7.2)."""

from __future__ import annotations

import asyncio
from collections import Counter

import structlog

from common.client_address import lockout_key_of

log = structlog.get_logger()
INTERVAL_S = 60.0
MAX_CALLERS = 100
"""Most pairs of network and reason with lines of their own in one interval."""


class RefusalLog:
    """Logs the first refusal of each network and reason at once, and the number of the others when
    the interval ends.

    Callers decide how many requests they send. One interval logs at most twice ``MAX_CALLERS``
    lines, and one line per reason for all other networks together.
    """

    def __init__(self, interval_s: float = INTERVAL_S, max_callers: int = MAX_CALLERS) -> None:
        self._interval_s = interval_s
        self._max_callers = max_callers
        self._addresses: dict[tuple[str, str], str] = {}
        self._repeats: Counter[tuple[str, str]] = Counter()
        self._others: Counter[str] = Counter()

    def record(self, address: str, reason: str, **details: object) -> None:
        """Log or count one refused request.

        ``address`` is the client's IP address. ``reason`` comes from a closed set. ``details`` are
        fields of the first line, and must hold no secret and no text of the caller.
        """
        if not self._addresses:
            asyncio.get_running_loop().call_later(self._interval_s, self._end_interval)
        caller = lockout_key_of(address), reason
        if caller in self._addresses:
            self._repeats[caller] += 1
        elif len(self._addresses) < self._max_callers:
            self._addresses[caller] = address
            log.warning("request refused", address=address, reason=reason, **details)
        else:
            self._others[reason] += 1

    def _end_interval(self) -> None:
        """Log the counts, and begin again with the next refusal."""
        for caller, count in self._repeats.items():
            _, reason = caller
            self._log_count(count, reason, address=self._addresses[caller])
        for reason, count in self._others.items():
            self._log_count(count, reason, address="other addresses")
        self._addresses.clear()
        self._repeats.clear()
        self._others.clear()

    def _log_count(self, count: int, reason: str, address: str) -> None:
        log.warning(
            "requests refused again",
            address=address,
            reason=reason,
            count=count,
            seconds=self._interval_s,
        )
