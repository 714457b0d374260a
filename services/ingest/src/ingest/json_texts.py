"""Finds the JSON texts inside a JSON text, exactly as they were sent."""

from __future__ import annotations

import json

from ingest.errors import InvalidFieldError, TooLargeError, UnreadableError

MOST_APPOINTMENTS = 10_000
"""Of one request."""
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str)
"""Numbers stay text: a whole number may have more digits than Python converts."""
_BLANK = " \t\r\n"
_BROKEN = (ValueError, RecursionError, IndexError)


def split_snapshots(body: bytes) -> list[str]:
    """Return the JSON text of each appointment in the body, exactly as it was sent; raises
    UnreadableError, InvalidFieldError, TooLargeError.
    """
    text = read_utf8(body)
    if not text.lstrip(_BLANK).startswith("["):
        return [text]
    try:
        return _elements(text.strip(_BLANK))
    except _BROKEN:
        raise UnreadableError("The body is not a JSON array of appointments") from None


def read_utf8(body: bytes) -> str:
    """Return the text without its byte order mark; raises UnreadableError."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(f"The body is not UTF-8: byte {error.start} cannot be read") from None


def members(text: str) -> dict[str, str]:
    """Return the JSON text of each member of an object; the last one of a name counts, as in
    json.loads. Raises UnreadableError.
    """
    try:
        return _members(text.strip(_BLANK))
    except _BROKEN:
        raise UnreadableError("This is not a JSON object") from None


def _elements(text: str) -> list[str]:
    found, position = [], _skip(text, 1)
    while text[position] != "]":
        _, end = _DECODER.raw_decode(text, position)
        found.append(text[position:end])
        if len(found) > MOST_APPOINTMENTS:
            raise TooLargeError(f"The body holds more than {MOST_APPOINTMENTS} appointments")
        position = _next(text, end, "]")
    if position != len(text) - 1 or not found:
        raise InvalidFieldError(
            [{"field": "body", "message": "must be one appointment or an array of at least one"}]
        )
    return found


def _members(text: str) -> dict[str, str]:
    if text[0] != "{":
        raise ValueError("expected an object")
    found, position = {}, _skip(text, 1)
    while text[position] != "}":
        name, end = _DECODER.raw_decode(text, position)
        start = _skip(text, end)
        if not isinstance(name, str) or text[position] != '"' or text[start] != ":":
            raise ValueError("expected a name and a colon")
        start = _skip(text, start + 1)
        _, end = _DECODER.raw_decode(text, start)
        found[name] = text[start:end]
        position = _next(text, end, "}")
    if position != len(text) - 1:
        raise ValueError("expected nothing behind the object")
    return found


def _next(text: str, end: int, closing: str) -> int:
    """Return where the next part begins, or where the closing bracket is."""
    position = _skip(text, end)
    if text[position] != ",":
        if text[position] != closing:
            raise ValueError("expected a comma")
        return position
    position = _skip(text, position + 1)
    if text[position] == closing:
        raise ValueError("expected a part behind the comma")
    return position


def _skip(text: str, position: int) -> int:
    while text[position] in _BLANK:
        position += 1
    return position
