"""How answers are printed: a table for people, JSON lines for scripts."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence


async def rows(
    items: AsyncIterator[dict[str, Any]], columns: Sequence[str], *, as_json: bool
) -> None:
    """Print items as they come (JSON), or as a table when all are there."""
    if as_json:
        async for item in items:
            line(item)
        return
    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(
            column.rpartition(".")[2].replace("_", " "),
            overflow="fold",
            no_wrap=column.endswith("_at"),
        )
    count = 0
    async for item in items:
        table.add_row(*(_cell(item, column) for column in columns))
        count += 1
    Console().print(table if count else "Nothing found.")


def one(item: Any) -> None:
    """Print one thing, readable and parsable."""
    sys.stdout.write(json.dumps(item, indent=2, ensure_ascii=False) + "\n")


def line(item: Any) -> None:
    """Print one thing on one line of JSON."""
    sys.stdout.write(json.dumps(item, ensure_ascii=False) + "\n")


def say(sentence: str) -> None:
    """Print a sentence."""
    sys.stdout.write(f"{sentence}\n")


def _cell(item: dict[str, Any], column: str) -> str:
    value: Any = item
    for part in column.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return "" if value is None else str(value)
