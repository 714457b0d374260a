"""Bounds the number of values in a JSON text before it is parsed.

Parsing takes time and memory for each value, and a body of 4 MiB can hold two million of them.
"""

from __future__ import annotations

from ingest.errors import TooLargeError, UnreadableError

MAX_VALUES = 250_000
"""Most JSON values in one request."""
MAX_APPOINTMENT_VALUES = 50_000
"""Most JSON values in one appointment. One of Dime.Scheduler has about 200."""
MAX_DEPTH = 200
"""Deepest nesting of a text with many values. pydantic refuses it in a short text."""
_BEGINNINGS = ",[{"
"""Every value but the first follows one of these characters."""


def check_values(text: str, most: int, subject: str) -> None:
    """Raise TooLargeError when the text has more than ``most`` values. ``subject`` holds them.

    The quick count includes the characters within strings, so only a text above it is scanned.
    Raises UnreadableError when the scanned text is nested too deeply.
    """
    if _count(text) <= most:
        return
    if "[" * MAX_DEPTH in text:
        raise _too_deep(subject)
    if _count_outside_strings(text, most, subject) > most:
        raise TooLargeError(f"{subject} holds more than {most:,} JSON values")


def _count(text: str) -> int:
    return sum(map(text.count, _BEGINNINGS))


def _count_outside_strings(text: str, most: int, subject: str) -> int:
    """Return the number of values, or a number above ``most``."""
    found, depth, position = 0, 0, 0
    while position >= 0 and found <= most:
        start = text.find('"', position)
        gap = text[position : start if start >= 0 else None]
        found += _count(gap)
        depth += sum(map(gap.count, "[{")) - sum(map(gap.count, "]}"))
        if depth > MAX_DEPTH:
            raise _too_deep(subject)
        position = _end_of_string(text, start) if start >= 0 else -1
    return found


def _too_deep(subject: str) -> UnreadableError:
    return UnreadableError(f"{subject} is nested more than {MAX_DEPTH} levels deep")


def _end_of_string(text: str, start: int) -> int:
    """Return the position after the string that begins at ``start``, or -1 without an end."""
    end = text.find('"', start + 1)
    while end >= 0 and _is_escaped(text, end):
        end = text.find('"', end + 1)
    return end + 1 if end >= 0 else -1


def _is_escaped(text: str, position: int) -> bool:
    backslashes = 0
    while text[position - backslashes - 1] == "\\":
        backslashes += 1
    return backslashes % 2 == 1
