"""Reads the lines of a replayed file, and parses each line as a change."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from common.contracts.appointment import Action
from ingest.appointment_key import MAX_SOURCE_LENGTH
from ingest.errors import IngestError, InvalidFieldError, TooLargeError, UnreadableError
from ingest.json_texts import decode_utf8, split_members
from ingest.replay.progress import ReplayProgress

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

LINE_BATCH = 256
BATCH_BYTES = 1024 * 1024
HALF_A_PAIR = "holds half of a surrogate pair"
_MAX_REASON_LENGTH = 1_000
_ESCAPE_FACTOR = 3
"""A body may be this much longer as a JSON string than by itself."""


class ReplayLine(NamedTuple):
    """One line and the progress at its end. The text is None when the line is too long."""

    text: bytes | None
    end: ReplayProgress

    @property
    def number(self) -> int:
        """The line number, counted from 1."""
        return self.end.lines


def read_batches(file: Path, start: ReplayProgress, body_limit: int) -> Iterator[list[ReplayLine]]:
    """Yield the lines after this progress, in batches."""
    batch: list[ReplayLine] = []
    size = 0
    for line in _read_lines(file, start, body_limit * _ESCAPE_FACTOR):
        batch.append(line)
        size += len(line.text or b"")
        if len(batch) == LINE_BATCH or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def parse_line(line: ReplayLine, body_limit: int) -> tuple[str, Action, str]:
    """Return the source, the action and the body's original text; raises IngestError."""
    if line.text is None:
        raise _field_error("line", f"is longer than {body_limit * _ESCAPE_FACTOR} bytes")
    try:
        text = decode_utf8(line.text)
    except UnreadableError:
        raise _field_error("line", "is not UTF-8") from None
    try:
        members = split_members(text)
    except UnreadableError:
        raise _field_error(
            "line", "must be {source, action: create, update or delete, body}"
        ) from None
    return _source(members), _action(members), _body(members, body_limit)


def describe_error(error: IngestError) -> str:
    """Return the reason why a line was refused, with each invalid field."""
    if not isinstance(error, InvalidFieldError):
        return f"body: {error}"
    fields = "; ".join(f"{one['field']}: {one['message']}" for one in error.errors)
    return fields[:_MAX_REASON_LENGTH]


def _read_lines(file: Path, start: ReplayProgress, max_bytes: int) -> Iterator[ReplayLine]:
    end = start
    with file.open("rb") as opened:
        opened.seek(start.position)
        while text := opened.readline(max_bytes + 1):
            is_whole = len(text) <= max_bytes or text.endswith(b"\n")
            if not is_whole:
                _skip_line(opened)
            end = ReplayProgress(opened.tell(), end.lines + 1)
            yield ReplayLine(text if is_whole else None, end)


def _skip_line(opened: BinaryIO) -> None:
    while (part := opened.readline(BATCH_BYTES)) and not part.endswith(b"\n"):
        pass


def _source(members: dict[str, str]) -> str:
    source = _string(members, "source")
    if not source or "/" in source or len(source) > MAX_SOURCE_LENGTH:
        raise _field_error("source", "must be the name of a Dime.Scheduler in INGEST_SECRETS")
    return source


def _action(members: dict[str, str]) -> Action:
    try:
        return Action(_string(members, "action"))
    except ValueError:
        raise _field_error("action", "must be create, update or delete") from None


def _body(members: dict[str, str], limit: int) -> str:
    if "body" not in members:
        raise _field_error("body", "is missing")
    text = members["body"]
    if text.startswith('"'):
        text = str(json.loads(text)).removeprefix("\ufeff")
    if not _is_encodable(text):
        raise _field_error("body", HALF_A_PAIR)
    if len(text.encode()) > limit:
        raise TooLargeError(f"is larger than {limit} bytes (INGEST_BODY_LIMIT)")
    return text


def _string(members: dict[str, str], name: str) -> str:
    if name not in members:
        raise _field_error(name, "is missing")
    if not members[name].startswith('"'):
        raise _field_error(name, "must be a string")
    text = str(json.loads(members[name]))
    if not _is_encodable(text):
        raise _field_error(name, HALF_A_PAIR)
    return text


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _field_error(field: str, message: str) -> InvalidFieldError:
    return InvalidFieldError([{"field": field, "message": message}])
