"""Splits and joins multipart bodies by RFC 2046. Raises MultipartError."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NEWLINE = b"\r\n"
_BOUNDARY = re.compile(
    r"""multipart/mixed\s*;\s*boundary=("(?P<quoted>[^"]{1,70})"|(?P<plain>[^\s;"]{1,70}))\s*""",
    re.IGNORECASE,
)


class MultipartError(ValueError):
    """The body does not match its content type."""


class MimePart(NamedTuple):
    """Headers, with names in lower case, and content."""

    headers: Mapping[str, str]
    content: bytes


def boundary_of(content_type: str) -> bytes:
    """Return the boundary of a content type ``multipart/mixed``."""
    found = _BOUNDARY.fullmatch(content_type.strip())
    if found is None:
        raise MultipartError(
            f"The content type '{content_type}' is not multipart/mixed with a boundary."
        )
    return (found["quoted"] or found["plain"]).encode()


def split(body: bytes, boundary: bytes) -> list[MimePart]:
    """Return the parts between the boundary's lines."""
    _, *pieces = (NEWLINE + body).split(NEWLINE + b"--" + boundary)
    if not pieces or not pieces[-1].startswith(b"--"):
        raise MultipartError("The last boundary is missing.")
    parts = [piece.lstrip(b" \t") for piece in pieces[:-1]]
    if not parts or not all(part.startswith(NEWLINE) for part in parts):
        raise MultipartError("A part does not begin on a line of its own, ended by CR and LF.")
    return [read_message(part.removeprefix(NEWLINE)) for part in parts]


def read_message(text: bytes) -> MimePart:
    """Return the headers before the empty line, and the content after it."""
    if text.startswith(NEWLINE):
        return MimePart(MappingProxyType({}), text.removeprefix(NEWLINE))
    head, empty, content = text.partition(NEWLINE * 2)
    if not empty:
        raise MultipartError("The empty line after the headers of a part is missing.")
    return MimePart(MappingProxyType(dict(_header(line) for line in head.split(NEWLINE))), content)


def join(parts: Sequence[bytes], boundary: str) -> bytes:
    """Return a multipart body of these parts."""
    line = b"--" + boundary.encode()
    return b"".join(line + NEWLINE + part + NEWLINE for part in parts) + line + b"--" + NEWLINE


def _header(line: bytes) -> tuple[str, str]:
    name, colon, value = line.decode("latin-1").partition(":")
    if not colon or not name or name != name.strip() or "\n" in line.decode("latin-1"):
        raise MultipartError(f"'{line.decode('latin-1')}' is no header of a part.")
    return name.lower(), value.strip()
