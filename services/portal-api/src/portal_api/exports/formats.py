"""The formats of exported rows."""

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

FORMULA_PREFIXES = ("=", "+", "-", "@", "\t", "\r", "\n", *"\uff1d\uff0b\uff0d\uff20")
"""A spreadsheet reads a cell with one of these first characters as a formula (OWASP, CSV
Injection). The last four are full-width characters.
"""


class ExportFormat(StrEnum):
    """The format of exported rows."""

    CSV = "csv"
    EXCEL = "excel"
    JSON_LINES = "jsonl"

    @property
    def has_cells(self) -> bool:
        """Whether the format is a table, whose cells hold no nested fields."""
        return self is not ExportFormat.JSON_LINES


async def json_lines(
    batches: AsyncIterator[Batch], as_row: Callable[[dict[str, Any]], BaseModel]
) -> AsyncIterator[str]:
    """Write each item as one line of JSON, as the list shows it."""
    async for batch in batches:
        yield "".join(as_row(item).model_dump_json() + "\n" for item in batch)


async def as_csv(
    batches: AsyncIterator[Batch],
    as_row: Callable[[dict[str, Any]], BaseModel],
    columns: Sequence[str],
    separator: str = ",",
) -> AsyncIterator[str]:
    """Write the names of the columns, and one line for each item."""
    yield _line(columns, separator)
    async for batch in batches:
        yield "".join(_line(_cells(as_row(item), columns), separator) for item in batch)


async def as_excel(
    batches: AsyncIterator[Batch],
    as_row: Callable[[dict[str, Any]], BaseModel],
    columns: Sequence[str],
) -> AsyncIterator[bytes]:
    """Write the rows as UTF-16 with tabs, which Excel reads in every country.

    Excel reads UTF-8 without a byte order mark in the code page of its country. It separates cells
    by the semicolon in countries where the decimal sign is a comma.
    """
    yield codecs.BOM_UTF16_LE
    async for part in as_csv(batches, as_row, columns, separator="\t"):
        yield part.encode("utf-16-le", "replace")


def _cells(row: BaseModel, columns: Sequence[str]) -> list[str]:
    values: dict[str, Any] = _flat(json.loads(row.model_dump_json()))
    return [
        _escape_formula("" if values.get(column) is None else str(values[column]))
        for column in columns
    ]


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """Return the row without nested fields.

    A nested field becomes ``field_inner``. The items of a list become one text.
    """
    flat: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            flat |= {f"{name}_{inner}": nested for inner, nested in value.items()}
        elif isinstance(value, list):
            flat[name] = "; ".join(
                " ".join(
                    f"{inner}={nested}" for inner, nested in item.items() if nested is not None
                )
                for item in value
            )
        else:
            flat[name] = value
    return flat


def _escape_formula(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA_PREFIXES) else text


def _line(cells: Sequence[str], separator: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerow(cells)
    return out.getvalue()
