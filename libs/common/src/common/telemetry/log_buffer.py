"""The newest log lines that are not sent yet. The buffer is bounded, and never blocks."""

from __future__ import annotations

import json
from collections import deque
from typing import Any

from prometheus_client import Counter

MAX_LINES = 4_000
LONGEST_LINE = 8_000
LONGEST_VALUE = 2_000
MAX_FIELDS = 40
DROPPED = Counter(
    "mboc_log_lines_dropped_total",
    (
        "Log lines that were not sent to the portal, because too many came at once. They are on "
        "standard output."
    ),
)


class LogBuffer:
    """Holds a bounded number of lines of at most 8,000 characters. A new line pushes out the
    oldest, which is counted.
    """

    def __init__(self, most: int = MAX_LINES) -> None:
        self._waiting: deque[str] = deque(maxlen=most)
        self.dropped = 0

    def append(self, line: str) -> None:
        """Add a JSON line. Every thread calls this method for every line, so it must be cheap."""
        if len(self._waiting) == self._waiting.maxlen:
            self.dropped += 1
            DROPPED.inc()
        self._waiting.append(line if len(line) <= LONGEST_LINE else _shortened(line))

    def take(self, most: int) -> list[str]:
        """Remove and return the oldest lines, at most ``most``."""
        taken: list[str] = []
        while self._waiting and len(taken) < most:
            taken.append(self._waiting.popleft())
        return taken


def _shortened(line: str) -> str:
    """Return the line with its long values cut. A stack trace is cut at its beginning, because the
    error stands at its end.
    """
    event: dict[str, Any] = json.loads(line)
    for longest in (LONGEST_VALUE, LONGEST_VALUE // 20):
        event = {
            name[:100]: _short(name, value, longest)
            for name, value in list(event.items())[:MAX_FIELDS]
        }
        line = json.dumps(event)
        if len(line) <= LONGEST_LINE:
            break
    return line


def _short(name: str, value: object, longest: int) -> object:
    if not isinstance(value, str | list | dict):
        return value
    text = value if isinstance(value, str) else json.dumps(value)
    if len(text) <= longest:
        return value
    return f"…{text[-longest:]}" if name == "exception" else f"{text[:longest]}…"
