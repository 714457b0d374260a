"""The search terms of a delivery, from its subject, its numbers and its message."""

from __future__ import annotations

import re
import unicodedata
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_WORDS = 40
MAX_CHARACTERS = 40
MAX_READ = 2_000
"""Characters of a text that are read for words. The stored text stays whole."""
_WORD = re.compile(r"\w[\w-]*")


def words_of(texts: Iterable[str | None]) -> list[str]:
    """Return the first 40 distinct words without case and accents.

    The time is bounded for texts of any length, because the event loop waits for it.
    """
    distinct = dict.fromkeys(word for text in texts if text for word in _words_in(text[:MAX_READ]))
    return list(islice(distinct, MAX_WORDS))


def _words_in(text: str) -> Iterator[str]:
    """Yield a text's words and their parts."""
    for match in _WORD.finditer(_plain(text)):
        word = match[0]
        for part in (word, *word.split("-")) if "-" in word else (word,):
            if part:
                yield part[:MAX_CHARACTERS]


def by_selectivity(words: Iterable[str]) -> list[str]:
    """Return the words, the most selective first. MongoDB looks up the first word in the index and
    checks the others item by item.
    """
    return sorted(words, key=lambda word: (not any(map(str.isdigit, word)), -len(word)))


def _plain(text: str) -> str:
    if text.isascii():
        return text.casefold()
    return "".join(
        character
        for character in unicodedata.normalize("NFKD", text.casefold())[: 2 * MAX_READ]
        if not unicodedata.combining(character)
    )
