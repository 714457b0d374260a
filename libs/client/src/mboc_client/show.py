"""How answers are printed: a table for people, JSON lines for scripts.

Data never reaches the terminal raw: rich reads no markup in it, and what a terminal would act on is
written out.
"""

from __future__ import annotations

import codecs
import io
import json
import re
import sys
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""All of C0 and C1 but tab and line feed (ECMA-48), and the marks that turn the direction of text
round (Unicode TR 9).
"""


def prepare() -> None:
    """Write out what standard output's encoding lacks, instead of ending with an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def visible(text: str) -> str:
    """Return the text with its control characters written as JSON writes them."""
    return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


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
        table.add_row(*(Text(_cell(item, column)) for column in columns))
        count += 1
    Console(highlight=False).print(table if count else "Nothing found.")


def one(item: Any) -> None:
    """Print one thing, readable and parsable."""
    say(json.dumps(item, indent=2, ensure_ascii=False))


def line(item: Any) -> None:
    """Print one thing on one line of JSON."""
    say(json.dumps(item, ensure_ascii=False))


def say(sentence: str) -> None:
    """Print a sentence."""
    sys.stdout.write(f"{visible(sentence)}\n")


async def file(chunks: AsyncIterator[bytes]) -> None:
    """Write a file as it comes, byte for byte but to a terminal."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    async for chunk in chunks:
        if sys.stdout.isatty():
            sys.stdout.write(visible(decoder.decode(chunk)))
        else:
            sys.stdout.buffer.write(chunk)
    sys.stdout.flush()


def _cell(item: dict[str, Any], column: str) -> str:
    value: Any = item
    for part in column.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return "" if value is None else visible(str(value))
