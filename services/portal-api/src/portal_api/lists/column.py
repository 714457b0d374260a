"""The columns of a list: where each is stored, and how MongoDB gets to its values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

FULL_SCAN_LIMIT = 50_000
"""Items that one page may look at, one by one; read, checked and ordered within a
fraction of a second.
"""


class AccessPath(Enum):
    """How the items with one value, or in the order of the values, are found among a million."""

    INDEX = auto()
    """By an index of its own: every condition and both orders."""
    WORDS = auto()
    """One value by the words that items are searched by; begin, range and order by
    looking at each item.
    """
    NONE = auto()
    """By looking at each item: only where the other conditions leave few (docs/adr/0014)."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column's path in the stored document, and the way to its values."""

    path: str
    access_path: AccessPath = AccessPath.INDEX
    is_sortable: bool = True


def sort_enum(
    name: str, description: str, columns: Mapping[str, Column], newest_first: Collection[str]
) -> type[StrEnum]:
    """Return the orders of a list as an enumeration: each sortable column in both directions.

    The descending order of ``newest_first`` columns comes before the ascending one.
    """
    orders: dict[str, str] = {}
    for column in (column for column in columns if columns[column].is_sortable):
        both = [column, f"-{column}"]
        for order in reversed(both) if column in newest_first else both:
            orders[f"{column}_down" if order.startswith("-") else column] = order
    made = StrEnum(name, {member.upper(): order for member, order in orders.items()})  # type: ignore[misc]
    made.__doc__ = description
    return made


def ordered(sorts: Iterable[str], columns: Mapping[str, Column]) -> str:
    """Return what is said of a list's orders: which of them need nothing else."""
    free = [
        name
        for name in sorts
        if not name.startswith("-") and columns[name].access_path is AccessPath.INDEX
    ]
    others = f"Another one where the conditions leave at most {FULL_SCAN_LIMIT:,}."
    return f"The column to order by; a minus turns it round. Always: {', '.join(free)}. {others}"
