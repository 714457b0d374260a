"""Lists of items: a table for people, lines of JSON for scripts.

On a terminal each item takes one line. In a pipe or a file, and with --wide, values are complete.
"""

from __future__ import annotations

import re
import shutil
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click
from rich.cells import cell_len, set_cell_size

from mboc_client.output.columns import ELLIPSIS, GAP, Column, fit
from mboc_client.output.text import write_line, write_notice, write_sentence

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

    Rows = list[list[str]]

_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.\d+Z")


@dataclass(frozen=True)
class OutputFormat:
    """The form of the output that the command line asks for."""

    as_json: bool = False
    is_wide: bool = False

    @property
    def fits_terminal(self) -> bool:
        """Whether a table is cut to the width of the terminal."""
        return sys.stdout.isatty() and not self.is_wide


async def write_items(
    items: AsyncIterator[dict[str, Any]], columns: Sequence[Column], output: OutputFormat
) -> None:
    """Print items as lines of JSON while they arrive, or as a table after the last one."""
    if output.as_json:
        async for item in items:
            write_line(item)
        return
    write_table([item async for item in items], columns, output)


def write_table(
    items: Iterable[dict[str, Any]], columns: Sequence[Column], output: OutputFormat
) -> None:
    """Print items as a table."""
    rows = [[column.text(item) for column in columns] for item in items]
    if not rows:
        write_sentence("Nothing found.")
    elif output.fits_terminal:
        _write_fitted(rows, columns)
    else:
        _write_complete(rows, columns)


def _write_complete(rows: Rows, columns: Sequence[Column]) -> None:
    table = [[column.title for column in columns], *rows]
    widths = dict(enumerate(_natural_widths(table)))
    for row in table:
        write_sentence(_line(row, widths))


def _write_fitted(rows: Rows, columns: Sequence[Column]) -> None:
    """Print each item on one line of the terminal, with a notice where values are not complete."""
    room = shutil.get_terminal_size().columns
    rows = [[_to_the_second(text) for text in row] for row in rows]
    table = [[column.title for column in columns], *rows]
    natural = _natural_widths(table)
    widths = fit(columns, natural, room)
    heading, *lines = [
        _shorten(_line(_shorten_cells(row, widths, columns), widths), room) for row in table
    ]
    click.echo(click.style(heading, bold=True))
    for line in lines:
        write_sentence(line)
    if widths != dict(enumerate(natural)):
        write_notice("Some values are cut. Use --wide or --json for complete values.")


def _to_the_second(text: str) -> str:
    is_time = _TIME.fullmatch(text)
    return f"{is_time[1]}Z" if is_time else text


def _natural_widths(table: Rows) -> list[int]:
    return [max(map(cell_len, column)) for column in zip(*table, strict=True)]


def _shorten_cells(
    row: list[str], widths: Mapping[int, int], columns: Sequence[Column]
) -> list[str]:
    return [
        _shorten(text, widths[index], columns[index].shorten) if index in widths else text
        for index, text in enumerate(row)
    ]


def _line(row: list[str], widths: Mapping[int, int]) -> str:
    return GAP.join(set_cell_size(row[index], width) for index, width in widths.items()).rstrip()


def _shorten(text: str, width: int, part: str | None = "end") -> str:
    """Return the text in at most this many cells, without its end or its middle."""
    if cell_len(text) <= width:
        return text
    if part == "middle":
        front = width // 2
        back = width - front - 1
        return set_cell_size(text, front) + ELLIPSIS + text[len(text) - back :]
    return set_cell_size(text, width - 1).rstrip() + ELLIPSIS
