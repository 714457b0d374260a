"""The columns of tables, and their widths on a terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from mboc_client.output.text import escape

if TYPE_CHECKING:
    from collections.abc import Sequence

GAP = "  "
ELLIPSIS = "…"


@dataclass(frozen=True)
class Column:
    """One column of a table.

    ``path`` leads to the value, with a dot into an inner object. ``rank`` says how important the
    column is: a narrow terminal drops the columns of the highest rank, and never one of rank 0.
    ``shorten`` names the part of a value that a narrow terminal leaves out, and ``least`` the
    width that the column needs.
    """

    path: str
    rank: int = 0
    shorten: Literal["end", "middle"] | None = None
    least: int = 8

    @property
    def title(self) -> str:
        """The heading."""
        return self.path.rpartition(".")[2].replace("_", " ")

    def text(self, item: dict[str, Any]) -> str:
        """Return the value of the column on one line."""
        value: Any = item
        for part in self.path.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        if isinstance(value, list):
            value = ", ".join(map(str, value))
        text = "" if value is None else escape(str(value))
        return text.replace("\n", "\\n").replace("\t", "\\t")


def least_width(column: Column, natural: int) -> int:
    """Return the width below which the column is of no use."""
    if column.shorten is None:
        return natural
    return min(natural, max(column.least, len(column.title)))


def fit(columns: Sequence[Column], natural: Sequence[int], width: int) -> dict[int, int]:
    """Return the index and the width of each column that the terminal has room for.

    The least important columns go first. Text gets the room that is left, then ids.
    """
    least = [least_width(column, wide) for column, wide in zip(columns, natural, strict=True)]
    shown = list(range(len(columns)))
    while _total([least[index] for index in shown]) > width:
        last = max(shown, key=lambda index: columns[index].rank)
        if columns[last].rank == 0:
            break
        shown.remove(last)
    widths = {index: least[index] for index in shown}
    spare = width - _total(list(widths.values()))
    for part in ("end", "middle"):
        for index in shown:
            if columns[index].shorten == part and spare > 0:
                more = min(natural[index] - widths[index], spare)
                widths[index] += more
                spare -= more
    return widths


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(GAP) * (len(widths) - 1)
