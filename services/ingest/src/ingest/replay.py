"""Reports the changes of a file again: ``{"source", "action", "body"}`` a line, resumable
where it stopped.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from common.contracts.appointment import Action
from ingest.accept import Accept, read_change
from ingest.errors import IngestError, InvalidFieldError
from ingest.moments import Arrival

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import tzinfo
    from pathlib import Path

    from common.contracts.transaction import TransactionReceived

CHUNK = 256


class Refusal(NamedTuple):
    """A line that could not be accepted, and why."""

    line: int
    reason: str


async def replay(
    file: Path,
    accept: Accept,
    progressed: Callable[[int], None],
    zones: Mapping[str, tzinfo] = MappingProxyType({}),
) -> list[Refusal]:
    """Accept every line after the remembered place, in order; raises BrokerAwayError, and goes on
    from there next time.

    The place is kept beside the file, as ``<file>.progress``: bytes and lines done. ``progressed``
    is told the bytes.
    """
    place = file.with_name(f"{file.name}.progress")
    done_bytes, done_lines = map(int, place.read_text().split()) if place.exists() else (0, 0)
    refusals: list[Refusal] = []
    progressed(done_bytes)
    for chunk in _chunks(file, done_bytes):
        await accept(list(_readable(chunk, done_lines, refusals, zones)))
        done_bytes, done_lines = done_bytes + sum(map(len, chunk)), done_lines + len(chunk)
        place.write_text(f"{done_bytes} {done_lines}\n")
        progressed(done_bytes)
    return refusals


def _chunks(file: Path, start: int) -> Iterator[list[bytes]]:
    with file.open("rb") as lines:
        lines.seek(start)
        while chunk := [line for _, line in zip(range(CHUNK), lines, strict=False)]:
            yield chunk


def _readable(
    chunk: list[bytes], before: int, refusals: list[Refusal], zones: Mapping[str, tzinfo]
) -> Iterator[TransactionReceived]:
    for number, line in enumerate(chunk, before + 1):
        if line.strip():
            try:
                yield _read(line, zones)
            except IngestError as error:
                refusals.append(Refusal(number, str(error)))


def _read(line: bytes, zones: Mapping[str, tzinfo]) -> TransactionReceived:
    try:
        entry = json.loads(line)
        source, action, body = str(entry["source"]), Action(entry["action"]), entry["body"]
    except KeyError as error:
        raise InvalidFieldError([{"field": str(error.args[0]), "message": "is missing"}]) from None
    except (ValueError, TypeError, RecursionError):
        raise InvalidFieldError(
            [
                {
                    "field": "line",
                    "message": "must be {source, action: create, update or delete, body}",
                }
            ]
        ) from None
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return read_change(source, action, text, Arrival(datetime.now(UTC), zones.get(source, UTC)))
