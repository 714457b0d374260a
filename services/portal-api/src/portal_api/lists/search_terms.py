"""The words that a delivery is found by: those of its subject, its numbers and its message."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_WORDS = 40
MOST_CHARACTERS = 40
_WORD = re.compile(r"\w[\w-]*")


def words_of(texts: Iterable[str | None]) -> list[str]:
    """Return the different words, without case and accents, at most forty."""
    found: dict[str, None] = {}
    for text in texts:
        if text:
            found.update(dict.fromkeys(_words_in(text)))
    return list(found)[:MOST_WORDS]


@lru_cache(maxsize=10_000)
def _words_in(text: str) -> tuple[str, ...]:
    """Return a text's words and their parts; the same few texts come with each
    event of a delivery.
    """
    words = _WORD.findall(_plain(text))
    return tuple(
        part[:MOST_CHARACTERS] for word in words for part in (word, *word.split("-")) if part
    )


def by_selectivity(words: Iterable[str]) -> list[str]:
    """Return the words in the order in which they tell most: MongoDB looks up the first and checks
    the others one by one.
    """
    return sorted(words, key=lambda word: (not any(map(str.isdigit, word)), -len(word)))


def _plain(text: str) -> str:
    if text.isascii():
        return text.casefold()
    return "".join(
        c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c)
    )
