"""How the rows of a file are written."""

from __future__ import annotations

import codecs
import csv
import io
import json
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from pydantic import BaseModel

    from portal_api.exports.batches import Batch

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", *"\uff1d\uff0b\uff0d\uff20")
"""A cell that begins with one of these, the last four of full width, is a formula for a spreadsheet
(OWASP, CSV Injection).
"""


class ExportFormat(StrEnum):
    """How the rows are written."""

    CSV = "csv"
    EXCEL = "excel"
    JSON_LINES = "jsonl"

    @property
    def has_cells(self) -> bool:
        """Whether it is a table, in which a field has no fields of its own."""
        return self is not ExportFormat.JSON_LINES


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
    separator: str = ",",
) -> AsyncIterator[str]:
    """Write the names of the columns and a line for each item."""
    yield _line(columns, separator)
    async for batch in batches:
        yield "".join(_line(_cells(shown(item), columns), separator) for item in batch)


async def as_excel(
    batches: AsyncIterator[Batch],
    shown: Callable[[dict[str, Any]], BaseModel],
    columns: Sequence[str],
) -> AsyncIterator[bytes]:
    """Write the same as UTF-16 with tabs.

    Excel reads UTF-8 without a byte order mark as the code page of its country, and separates cells
    by the semicolon where the decimal sign is a comma; tabs in UTF-16 it reads everywhere.
    """
    yield codecs.BOM_UTF16_LE
    async for part in as_csv(batches, shown, columns, separator="\t"):
        yield part.encode("utf-16-le", "replace")


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


def _line(cells: Sequence[str], separator: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerow(cells)
    return out.getvalue()
