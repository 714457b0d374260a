"""The columns of a list: where each is stored, and how MongoDB gets to its values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Way(Enum):
    """How the items with one value, or in the order of the values, are found among a million."""

    INDEX = auto()
    """By an index of its own: every condition and both orders."""
    WORDS = auto()
    """One value by the words that items are searched by; begin, range and order by looking at each item."""
    NONE = auto()
    """By looking at each item: only where the other conditions leave few (docs/adr/0014)."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column's path in the stored document, and the way to its values."""

    path: str
    way: Way = Way.INDEX
