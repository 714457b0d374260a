"""The columns of a list, with their paths in stored documents and their access paths."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

FULL_SCAN_LIMIT = 50_000
"""Items that one page may scan. MongoDB reads, checks and orders them within a fraction of a
second.
"""


class AccessPath(Enum):
    """How MongoDB finds the items with one value, or in the order of the values, among a
    million.
    """

    INDEX = auto()
    """The column has an index. It serves every condition and both orders."""
    WORDS = auto()
    """The index of search terms finds one exact value. Prefix, range and order need a scan."""
    NONE = auto()
    """Every condition needs a scan. Allowed only when the other conditions leave few items
    (docs/adr/0014).
    """


@dataclass(frozen=True, slots=True)
class Column:
    """A column's path in the stored document, and its access path."""

    path: str
    access_path: AccessPath = AccessPath.INDEX
    is_sortable: bool = True


def sort_enum(
    name: str, description: str, columns: Mapping[str, Column], newest_first: Collection[str]
) -> type[StrEnum]:
    """Return the orders of a list as an enumeration, with each sortable column in both directions.

    The descending order of ``newest_first`` columns comes before the ascending one.
    """
    orders: dict[str, str] = {}
    for column in (column for column in columns if columns[column].is_sortable):
        both = [column, f"-{column}"]
        for order in reversed(both) if column in newest_first else both:
            orders[f"{column}_down" if order.startswith("-") else column] = order
    enumeration = StrEnum(name, {member.upper(): order for member, order in orders.items()})  # type: ignore[misc]
    enumeration.__doc__ = description
    return enumeration


def describe_orders(sorts: Iterable[str], columns: Mapping[str, Column]) -> str:
    """Return the description of a list's orders for the API documentation."""
    free = [
        name
        for name in sorts
        if not name.startswith("-") and columns[name].access_path is AccessPath.INDEX
    ]
    others = f"Any other column if the filters leave at most {FULL_SCAN_LIMIT:,} items."
    return (
        "The column to order by. A minus reverses the order. "
        f"Always available: {', '.join(free)}. {others}"
    )
