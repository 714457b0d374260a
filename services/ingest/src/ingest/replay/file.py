"""The lines of a file that is replayed, and the place that a run has reached in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from common.contracts.appointment import Action
from ingest.appointment_key import LONGEST_SOURCE
from ingest.errors import IngestError, InvalidFieldError, TooLargeError, UnreadableError
from ingest.json_texts import members, read_utf8

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

CHUNK = 256
CHUNK_BYTES = 1024 * 1024
_LONGEST_REASON = 1_000
_ESCAPED = 3
"""How much longer a body may be as a JSON string than by itself."""


class Place(NamedTuple):
    """How far a run has come: ``position`` in bytes, and the lines before it."""

    position: int = 0
    lines: int = 0

    @classmethod
    def remembered(cls, file: Path) -> Place:
        """Return the place in ``<file>.progress``, or the beginning."""
        try:
            position, lines = map(int, _progress_of(file).read_text().split())
        except (OSError, ValueError):
            return cls()
        return cls(position, lines) if 0 <= position <= file.stat().st_size else cls()

    def remember(self, file: Path) -> None:
        """Keep it, whole or not at all."""
        new = file.with_name(f"{file.name}.progress.new")
        new.write_text(f"{self.position} {self.lines}\n")
        new.replace(_progress_of(file))


class Line(NamedTuple):
    """One line, numbered from 1; its text is None where it is too long."""

    text: bytes | None
    end: Place

    @property
    def number(self) -> int:
        """As an editor counts it."""
        return self.end.lines


def chunks(file: Path, start: Place, body_limit: int) -> Iterator[list[Line]]:
    """Yield the lines behind the place, some at a time."""
    chunk: list[Line] = []
    size = 0
    for line in _lines(file, start, body_limit * _ESCAPED):
        chunk.append(line)
        size += len(line.text or b"")
        if len(chunk) == CHUNK or size >= CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def entry_of(line: Line, body_limit: int) -> tuple[str, Action, str]:
    """Return source, action and the text of the body as it was written; raises IngestError."""
    if line.text is None:
        raise _wrong("line", f"is longer than {body_limit * _ESCAPED} bytes")
    try:
        text = read_utf8(line.text)
    except UnreadableError:
        raise _wrong("line", "is not UTF-8") from None
    try:
        found = members(text)
    except UnreadableError:
        raise _wrong("line", "must be {source, action: create, update or delete, body}") from None
    return _source(found), _action(found), _body(found, body_limit)


def reason_of(error: IngestError) -> str:
    """Return why a line was not accepted, with each field."""
    if not isinstance(error, InvalidFieldError):
        return f"body: {error}"
    fields = "; ".join(f"{one['field']}: {one['message']}" for one in error.errors)
    return fields[:_LONGEST_REASON]


def _lines(file: Path, start: Place, longest: int) -> Iterator[Line]:
    place = start
    with file.open("rb") as opened:
        opened.seek(start.position)
        while text := opened.readline(longest + 1):
            is_whole = len(text) <= longest or text.endswith(b"\n")
            if not is_whole:
                _skip_line(opened)
            place = Place(opened.tell(), place.lines + 1)
            yield Line(text if is_whole else None, place)


def _skip_line(opened: BinaryIO) -> None:
    while (part := opened.readline(CHUNK_BYTES)) and not part.endswith(b"\n"):
        pass


def _source(found: dict[str, str]) -> str:
    source = _text(found, "source")
    if not source or "/" in source or len(source) > LONGEST_SOURCE:
        raise _wrong("source", "must be the name of a Dime.Scheduler in INGEST_SECRETS")
    return source


def _action(found: dict[str, str]) -> Action:
    try:
        return Action(_text(found, "action"))
    except ValueError:
        raise _wrong("action", "must be create, update or delete") from None


def _body(found: dict[str, str], limit: int) -> str:
    if "body" not in found:
        raise _wrong("body", "is missing")
    text = found["body"]
    if text.startswith('"'):
        text = str(json.loads(text)).removeprefix("\ufeff")
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise _wrong("body", "holds half of a surrogate pair") from None
    if size > limit:
        raise TooLargeError(f"is larger than {limit} bytes (INGEST_BODY_LIMIT)")
    return text


def _text(found: dict[str, str], name: str) -> str:
    if name not in found:
        raise _wrong(name, "is missing")
    if not found[name].startswith('"'):
        raise _wrong(name, "must be a text")
    return str(json.loads(found[name]))


def _progress_of(file: Path) -> Path:
    return file.with_name(f"{file.name}.progress")


def _wrong(field: str, message: str) -> InvalidFieldError:
    return InvalidFieldError([{"field": field, "message": message}])
