"""Splits a JSON text into the texts of its elements, byte for byte."""

from __future__ import annotations

import json

from ingest.errors import InvalidFieldError, TooLargeError, UnreadableError
from ingest.json_size import MAX_VALUES, check_values

MAX_APPOINTMENTS = 1_000
"""Most appointments in one request."""
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str)
"""Numbers stay text, because an integer may have more digits than Python converts."""
_WHITESPACE = " \t\r\n"
_SYNTAX_ERRORS = (ValueError, RecursionError, IndexError)


def split_snapshots(body: bytes) -> list[str]:
    """Return the JSON text of each appointment in the body, byte for byte.

    Raises UnreadableError, InvalidFieldError, TooLargeError.
    """
    text = decode_utf8(body)
    if not text.lstrip(_WHITESPACE).startswith("["):
        return [text]
    check_values(text, MAX_VALUES, "The body")
    try:
        return _elements(text.strip(_WHITESPACE))
    except _SYNTAX_ERRORS:
        raise UnreadableError("The body is not a JSON array of appointments") from None


def decode_utf8(body: bytes) -> str:
    """Return the text without byte order mark; raises UnreadableError."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(f"The body is not UTF-8 at byte {error.start}") from None


def split_members(text: str) -> dict[str, str]:
    """Return the JSON text of each member of an object; raises UnreadableError.

    Of several members with one name the last one counts, as in json.loads.
    """
    try:
        return _members(text.strip(_WHITESPACE))
    except _SYNTAX_ERRORS:
        raise UnreadableError("This is not a JSON object") from None


def _elements(text: str) -> list[str]:
    found, position = [], _skip_whitespace(text, 1)
    while text[position] != "]":
        _, end = _DECODER.raw_decode(text, position)
        found.append(text[position:end])
        if len(found) > MAX_APPOINTMENTS:
            raise TooLargeError(f"The body holds more than {MAX_APPOINTMENTS:,} appointments")
        position = _next_element(text, end, "]")
    if position != len(text) - 1 or not found:
        raise InvalidFieldError(
            [{"field": "body", "message": "must be one appointment or an array of at least one"}]
        )
    return found


def _members(text: str) -> dict[str, str]:
    if text[0] != "{":
        raise ValueError("expected an object")
    found, position = {}, _skip_whitespace(text, 1)
    while text[position] != "}":
        name, end = _DECODER.raw_decode(text, position)
        start = _skip_whitespace(text, end)
        if not isinstance(name, str) or text[position] != '"' or text[start] != ":":
            raise ValueError("expected a name and a colon")
        start = _skip_whitespace(text, start + 1)
        _, end = _DECODER.raw_decode(text, start)
        found[name] = text[start:end]
        position = _next_element(text, end, "}")
    if position != len(text) - 1:
        raise ValueError("unexpected text after the object")
    return found


def _next_element(text: str, end: int, closing: str) -> int:
    """Return the position of the next element, or of the closing bracket."""
    position = _skip_whitespace(text, end)
    if text[position] != ",":
        if text[position] != closing:
            raise ValueError("expected a comma")
        return position
    position = _skip_whitespace(text, position + 1)
    if text[position] == closing:
        raise ValueError("expected an element after the comma")
    return position


def _skip_whitespace(text: str, position: int) -> int:
    while text[position] in _WHITESPACE:
        position += 1
    return position
