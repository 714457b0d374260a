"""How the rows of a file are written."""

from __future__ import annotations

import csv
import io
import json
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from pydantic import BaseModel

    from portal_api.exports.batches import Batch

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula."""


class ExportFormat(StrEnum):
    """How the rows are written."""

    CSV = "csv"
    JSON_LINES = "jsonl"


async def json_lines(
    batches: AsyncIterator[Batch], shown: Callable[[dict[str, Any]], BaseModel]
) -> AsyncIterator[str]:
    """Write each item as one line of JSON, as the list shows it."""
    async for batch in batches:
        yield "".join(shown(item).model_dump_json() + "\n" for item in batch)


async def as_csv(
    batches: AsyncIterator[Batch],
    shown: Callable[[dict[str, Any]], BaseModel],
    columns: Sequence[str],
) -> AsyncIterator[str]:
    """Write the names of the columns and a line for each item."""
    yield _line(columns)
    async for batch in batches:
        yield "".join(_line(_cells(shown(item), columns)) for item in batch)


def _cells(row: BaseModel, columns: Sequence[str]) -> list[str]:
    values: dict[str, Any] = _flat(json.loads(row.model_dump_json()))
    return [
        _harmless("" if values.get(column) is None else str(values[column])) for column in columns
    ]


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """Put what is inside a field beside it, as ``field_inner``; several things are written one
    after the other.
    """
    flat: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            flat |= {f"{name}_{inner}": deeper for inner, deeper in value.items()}
        elif isinstance(value, list):
            flat[name] = "; ".join(
                " ".join(f"{inner}={deeper}" for inner, deeper in one.items() if deeper is not None)
                for one in value
            )
        else:
            flat[name] = value
    return flat


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()
