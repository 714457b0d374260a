"""Sentences, JSON and files on standard output.

Data never reaches the terminal raw: characters that a terminal would act on are written out.
"""

from __future__ import annotations

import codecs
import io
import json
import re
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

# All of C0 and C1 but tab and line feed (ECMA-48), and the marks that change the direction of
# text (Unicode TR 9).
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def prepare_streams() -> None:
    """Make both streams write out the characters that their encoding lacks, without an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def escape(text: str) -> str:
    """Return the text with its control characters written as JSON writes them."""
    return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def write_sentence(sentence: str) -> None:
    """Print a sentence."""
    sys.stdout.write(f"{escape(sentence)}\n")


def write_notice(sentence: str) -> None:
    """Print a sentence on standard error, where it is no part of the output."""
    sys.stderr.write(f"{escape(sentence)}\n")


def write_document(item: Any) -> None:
    """Print one document as indented JSON."""
    write_sentence(json.dumps(item, indent=2, ensure_ascii=False))


def write_line(item: Any) -> None:
    """Print one item on one line of JSON."""
    write_sentence(json.dumps(item, ensure_ascii=False))


async def write_file(chunks: AsyncIterator[bytes]) -> None:
    """Write a file as it arrives: escaped on a terminal, otherwise byte for byte."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    async for chunk in chunks:
        if sys.stdout.isatty():
            sys.stdout.write(escape(decoder.decode(chunk)))
        else:
            sys.stdout.buffer.write(chunk)
    sys.stdout.flush()
