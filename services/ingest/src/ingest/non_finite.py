"""Refuses NaN and Infinity, which .NET may write and JSON does not allow (RFC 8259, section 6)."""

from __future__ import annotations

import contextlib
import json
from itertools import islice
from typing import TYPE_CHECKING, Any

from ingest.errors import InvalidFieldError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_NAMED_LENGTH = 64 * 1024
"""Longest text whose fields are named. The names of a longer one take too long."""
MAX_ERRORS = 100
"""Most errors in one response."""
MAX_PATH_LENGTH = 500
"""Most characters of a field's path in a response."""


class _NonFinite(str):
    """NaN, Infinity or -Infinity in the place of a number."""

    __slots__ = ()


def refuse_non_finite(text: str | bytes) -> None:
    """Raise InvalidFieldError with each field of this JSON text that holds NaN or Infinity."""
    nan, infinity = (b"NaN", b"Infinity") if isinstance(text, bytes) else ("NaN", "Infinity")
    if nan not in text and infinity not in text:  # type: ignore[operator]
        return None
    if len(text) > MAX_NAMED_LENGTH:
        return _refuse_any(text)
    try:
        document = json.loads(text, parse_int=str, parse_float=str, parse_constant=_NonFinite)
    except RecursionError:
        return None
    errors = [
        {
            "field": ".".join(path)[:MAX_PATH_LENGTH] or "body",
            "message": f"is {word}, which JSON does not allow",
        }
        for path, word in islice(_find(document, ()), MAX_ERRORS)
    ]
    if errors:
        raise InvalidFieldError(errors)
    return None


def _refuse_any(text: str | bytes) -> None:
    """Refuse a long text at its first NaN or Infinity, without the field's name."""

    def refuse(word: str) -> None:
        raise InvalidFieldError(
            [{"field": "body", "message": f"holds {word}, which JSON does not allow"}]
        )

    with contextlib.suppress(RecursionError):
        json.loads(text, parse_int=str, parse_float=str, parse_constant=refuse)


def _find(part: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(part, _NonFinite):
        yield path, str(part)
    elif isinstance(part, dict):
        for name, value in part.items():
            yield from _find(value, (*path, name))
    elif isinstance(part, list):
        for index, value in enumerate(part):
            yield from _find(value, (*path, str(index)))
