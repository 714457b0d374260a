"""The decoded readings of a text: each escape of a JSON text, of an address and of XML or HTML."""

from __future__ import annotations

import functools
import html
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_DEPTH = 3
MAX_READINGS = 40
_ZERO_WIDTH = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")
_TO_STANDARD_BASE64 = str.maketrans("-_", "+/")
_LETTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_PERCENT = re.compile(r"(?:%[0-9a-fA-F]{2})+")
_BACKSLASH = re.compile(
    r"[\\%]u[dD][89abAB][0-9a-fA-F]{2}[\\%]u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|[\\%]u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\U[0-9a-fA-F]{8}|\\[bfnrt]|\\[^\w\s]"
)
_ENTITY = re.compile(r"&(?:#[0-9]{1,10}|#[xX][0-9a-fA-F]{1,8}|[A-Za-z][A-Za-z0-9]{1,31});?")

Folded = tuple[str, list[int]]
"""A text without blanks, in lower case, and the position of each character before."""


class Reading:
    """One reading of a text. ``starts`` and ``ends`` are the place of each character in the text
    as it was given.
    """

    def __init__(self, text: str, starts: list[int], ends: list[int]) -> None:
        self.text = text
        self.starts = starts
        self.ends = ends

    @functools.cached_property
    def plain(self) -> Folded:
        """The reading without blanks and plus signs, which stand for blanks in forms."""
        return _folded(self.text, dropped=_ZERO_WIDTH | {"+"})

    @functools.cached_property
    def base64(self) -> Folded:
        """The reading without blanks, in the standard alphabet of base64 (RFC 4648, 4)."""
        folded, positions = _folded(self.text, dropped=_ZERO_WIDTH)
        return folded.translate(_TO_STANDARD_BASE64), positions


class _Decoded(NamedTuple):
    """The characters of an escape. ``lengths`` has the length of each, or one for all of them."""

    text: str
    lengths: list[int]


def folded_plain(text: str) -> str:
    """Return the text of ``Reading.plain`` for a text without escapes."""
    return Reading(text, [], []).plain[0]


def folded_base64(text: str) -> str:
    """Return the text of ``Reading.base64`` for a text without escapes."""
    return Reading(text, [], []).base64[0]


def readings_of(text: str) -> list[Reading]:
    """Return the text, and its readings after one to three decodings of every kind."""
    found = [Reading(text, list(range(len(text))), list(range(1, len(text) + 1)))]
    seen = {text}
    newest = found
    for _ in range(MAX_DEPTH):
        decoded = [
            _decoded(reading, pattern, decode)
            for reading in newest
            for pattern, decode in _KINDS
            if pattern.search(reading.text)
        ]
        newest = []
        for reading in decoded:
            if reading.text not in seen and len(seen) < MAX_READINGS:
                seen.add(reading.text)
                newest.append(reading)
        found = [*found, *newest]
    return found


def _decoded(
    reading: Reading, pattern: re.Pattern[str], decode: Callable[[str], _Decoded]
) -> Reading:
    text: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for match in pattern.finditer(reading.text):
        start, end = match.span()
        text.append(reading.text[at:start])
        starts += reading.starts[at:start]
        ends += reading.ends[at:start]
        at = end
        decoded = decode(match[0])
        text.append(decoded.text)
        if len(decoded.lengths) != len(decoded.text):
            starts += [reading.starts[start]] * len(decoded.text)
            ends += [reading.ends[end - 1]] * len(decoded.text)
            continue
        for length in decoded.lengths:
            starts.append(reading.starts[start])
            ends.append(reading.ends[start + length - 1])
            start += length
    text.append(reading.text[at:])
    return Reading("".join(text), starts + reading.starts[at:], ends + reading.ends[at:])


def _from_percent(escapes: str) -> _Decoded:
    raw = bytes.fromhex(escapes.replace("%", ""))
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return _Decoded(raw.decode("latin-1"), [3] * len(raw))
    return _Decoded(text, [3 * len(character.encode()) for character in text])


def _from_backslash(escape: str) -> _Decoded:
    if escape[1] in "uUx" and len(escape) > 2:  # noqa: PLR2004 - the escape of a letter has two
        codes = [int(code, 16) for code in re.split(r"[\\%][uUx]", escape)[1:]]
        units = b"".join(code.to_bytes(4, "little") for code in codes)
        if len(codes) == 2:  # noqa: PLR2004 - a surrogate pair
            units = b"".join(code.to_bytes(2, "little") for code in codes)
            return _Decoded(units.decode("utf-16-le"), [len(escape)])
        return _Decoded(units.decode("utf-32-le", "replace"), [len(escape)])
    return _Decoded(_LETTERS.get(escape[1], escape[1]), [len(escape)])


def _from_entity(entity: str) -> _Decoded:
    text = html.unescape(entity)
    return _Decoded(text, [1] * len(text) if text == entity else [])


_KINDS: tuple[tuple[re.Pattern[str], Callable[[str], _Decoded]], ...] = (
    (_PERCENT, _from_percent),
    (_BACKSLASH, _from_backslash),
    (_ENTITY, _from_entity),
)


def _folded(text: str, dropped: frozenset[str]) -> Folded:
    """Return the text in lower case without blanks, with a position for each character."""
    lower = text.replace("\u0130", "i").lower().replace("\u03c2", "\u03c3")
    positions = [
        position
        for position, character in enumerate(lower)
        if character not in dropped and not character.isspace()
    ]
    return "".join([lower[position] for position in positions]), positions
