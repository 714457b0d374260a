"""The search terms of a delivery, from its subject, its numbers and its message."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_WORDS = 40
MAX_CHARACTERS = 40
_WORD = re.compile(r"\w[\w-]*")


def words_of(texts: Iterable[str | None]) -> list[str]:
    """Return the distinct words without case and accents, at most 40."""
    found: dict[str, None] = {}
    for text in texts:
        if text:
            found.update(dict.fromkeys(_words_in(text)))
    return list(found)[:MAX_WORDS]


@lru_cache(maxsize=10_000)
def _words_in(text: str) -> tuple[str, ...]:
    """Return a text's words and their parts. The cache helps because each event of a delivery
    repeats the same few texts.
    """
    words = _WORD.findall(_plain(text))
    return tuple(
        part[:MAX_CHARACTERS] for word in words for part in (word, *word.split("-")) if part
    )


def by_selectivity(words: Iterable[str]) -> list[str]:
    """Return the words, the most selective first. MongoDB looks up the first word in the index and
    checks the others item by item.
    """
    return sorted(words, key=lambda word: (not any(map(str.isdigit, word)), -len(word)))


def _plain(text: str) -> str:
    if text.isascii():
        return text.casefold()
    return "".join(
        c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c)
    )
