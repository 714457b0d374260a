"""The words that a delivery is found by: those of its subject, its numbers and its message."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST = 40
LONGEST = 40
_WORD = re.compile(r"\w[\w-]*")


def words_of(texts: Iterable[str | None]) -> list[str]:
    """Return the different words, without case and accents, at most forty."""
    found: dict[str, None] = {}
    for text in texts:
        for word in _WORD.findall(_plain(text or "")):
            found[word[:LONGEST]] = None
            found.update(dict.fromkeys(part[:LONGEST] for part in word.split("-") if part))
    return list(found)[:MOST]


def telling_first(words: Iterable[str]) -> list[str]:
    """Return the words in the order in which they tell most: MongoDB looks up the first and checks the others one by one."""
    return sorted(words, key=lambda word: (not any(map(str.isdigit, word)), -len(word)))


def _plain(text: str) -> str:
    if text.isascii():
        return text.casefold()
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
