"""Refuses NaN and Infinity, which JSON does not have (RFC 8259, section 6) and .NET may write."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any

from ingest.errors import InvalidFieldError

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_ERRORS = 100
"""Named in one answer."""
LONGEST_FIELD = 500
"""Characters of a field's path in an answer."""


class _NoNumber(str):
    """NaN, Infinity or -Infinity where a number should stand."""

    __slots__ = ()


def refuse_no_numbers(text: str | bytes) -> None:
    """Raise InvalidFieldError, naming each field of this JSON text that holds no number."""
    nan, infinity = (b"NaN", b"Infinity") if isinstance(text, bytes) else ("NaN", "Infinity")
    if nan not in text and infinity not in text:  # type: ignore[operator]
        return
    try:
        document = json.loads(text, parse_int=str, parse_float=str, parse_constant=_NoNumber)
    except RecursionError:
        return
    errors = [
        {
            "field": ".".join(path)[:LONGEST_FIELD] or "body",
            "message": f"is {word}: JSON has no such number",
        }
        for path, word in islice(_found(document, ()), MOST_ERRORS)
    ]
    if errors:
        raise InvalidFieldError(errors)


def _found(part: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(part, _NoNumber):
        yield path, str(part)
    elif isinstance(part, dict):
        for name, value in part.items():
            yield from _found(value, (*path, name))
    elif isinstance(part, list):
        for place, value in enumerate(part):
            yield from _found(value, (*path, str(place)))
