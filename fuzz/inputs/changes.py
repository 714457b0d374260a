"""Changes real samples: cuts, repeats, swaps and replaces parts of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fuzz.inputs.texts import DATES, NUMBERS, as_bytes, odd_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from fuzz.parser import Generate

    Change = Callable[[Random, bytes, Sequence[bytes]], bytes]

LARGE = 256 * 1024
"""Bytes of the largest inputs, which is the limit of an answer of a back office."""
LARGE_SHARE = 0.004
_NUMBER = re.compile(rb"\d+")
_QUOTED = re.compile(rb"\"[^\"]{0,200}\"")
_ENCODINGS = ("utf-16", "utf-16-be", "utf-32", "latin-1", "utf-8-sig", "utf-7", "cp037")


def changed(samples: Sequence[bytes], tokens: Sequence[bytes] = ()) -> Generate:
    """Return a generator of changed samples. ``tokens`` are words of the format."""
    words = [
        *tokens,
        b"\x00",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\r\n",
        b"\n\n",
        b"<",
        b"{",
        b"[",
        b'"',
    ]

    def generate(random: Random) -> bytes:
        text = random.choice(samples)
        for _ in range(random.choice((0, 1, 1, 1, 2, 3, 6))):
            text = random.choice(_CHANGES)(random, text, words)
        return _enlarged(random, text) if random.random() < LARGE_SHARE else text[:LARGE]

    return generate


def _enlarged(random: Random, text: bytes) -> bytes:
    """Repeat a part until the text is as large as an answer may be."""
    begin, end = _span(random, text)
    part = text[begin : end + 1] or b"x"
    size = random.choice((LARGE // 16, LARGE // 4, LARGE))
    return (text[:begin] + part * (size // len(part)) + text[end:])[:size]


def _span(random: Random, text: bytes) -> tuple[int, int]:
    begin = random.randrange(len(text) + 1)
    return begin, min(len(text), begin + random.choice((1, 2, 8, 40, 400)))


def _cut(random: Random, text: bytes, _: Sequence[bytes]) -> bytes:
    begin, end = _span(random, text)
    return text[:begin] + text[end:]


def _end_early(random: Random, text: bytes, _: Sequence[bytes]) -> bytes:
    return text[: random.randrange(len(text) + 1)]


def _repeat(random: Random, text: bytes, _: Sequence[bytes]) -> bytes:
    begin, end = _span(random, text)
    return text[:end] + text[begin:end] * random.choice((1, 2, 10)) + text[end:]


def _flip(random: Random, text: bytes, _: Sequence[bytes]) -> bytes:
    if not text:
        return text
    at = random.randrange(len(text))
    return text[:at] + bytes([random.randrange(256)]) + text[at + 1 :]


def _insert_word(random: Random, text: bytes, words: Sequence[bytes]) -> bytes:
    begin, end = _span(random, text)
    return text[:begin] + random.choice(words) + text[random.choice((begin, end)) :]


def _insert_odd(random: Random, text: bytes, _: Sequence[bytes]) -> bytes:
    begin, end = _span(random, text)
    return text[:begin] + odd_bytes(random) + text[random.choice((begin, end)) :]


def _replace_number(random: Random, text: bytes, _: Sequence[bytes]) -> bytes:
    return _replace(random, text, _NUMBER, as_bytes(random.choice(NUMBERS)))


def _replace_quoted(random: Random, text: bytes, _: Sequence[bytes]) -> bytes:
    other = as_bytes(random.choice(DATES)) if random.random() < 0.3 else odd_bytes(random)
    return _replace(random, text, _QUOTED, b'"' + other + b'"')


def _replace(random: Random, text: bytes, form: re.Pattern[bytes], other: bytes) -> bytes:
    found = [match.span() for match in form.finditer(text[:4_000])]
    if not found:
        return text
    begin, end = random.choice(found)
    return text[:begin] + other + text[end:]


def _encode(random: Random, text: bytes, _: Sequence[bytes]) -> bytes:
    return text.decode("utf-8", "replace").encode(random.choice(_ENCODINGS), "replace")


_CHANGES: tuple[Change, ...] = (
    *(_cut, _cut, _end_early, _repeat, _flip, _flip, _insert_word, _insert_word, _insert_odd),
    *(_replace_number, _replace_quoted, _replace_quoted, _encode),
)
