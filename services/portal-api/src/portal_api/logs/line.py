"""Log lines as they are stored, with ids that sort by time."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from pydantic import ValidationError

from common.contracts.telemetry import LogRecorded
from portal_api.lists.search_terms import words_of

_SEARCHED_FIELDS = ("appointment", "code", "reason", "status", "queue", "message_id", "trace_id")
_INT64_LIMIT = 2**63
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


class Level(StrEnum):
    """The severity of a line."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"


_ALIASES = {"warn": Level.WARNING, "exception": Level.ERROR, "fatal": Level.CRITICAL}


def level_of(name: str) -> Level:
    """Return the level by its name in a line. An unknown name counts as info."""
    lowered = name.lower()
    return Level(lowered) if lowered in set(Level) else _ALIASES.get(lowered, Level.INFO)


def at_least(level: Level) -> list[str]:
    """Return this level and all more severe levels."""
    levels = list(Level)
    return [str(level) for level in levels[levels.index(level) :]]


class LogLines(NamedTuple):
    """The readable lines of a message, and the number of unreadable ones."""

    items: list[LogRecorded]
    unreadable: int


def read_lines(body: bytes) -> LogLines:
    """Parse each line of a message on its own, so that an unreadable line loses no other."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return LogLines([], unreadable=1)
    lines, unreadable = [], 0
    for line in parsed if isinstance(parsed, list) else [parsed]:
        try:
            lines.append(LogRecorded.model_validate(line))
        except ValidationError:
            unreadable += 1
    return LogLines(lines, unreadable)


def id_prefix(moment: datetime) -> str:
    """Return the prefix of the ids of all lines in this millisecond. Prefixes sort by time."""
    return _hex_milliseconds((moment - EPOCH) // MILLISECOND)


def first_id_at(moment: datetime) -> str:
    """Return the lower bound of the ids of lines at or after this moment.

    The moment is rounded up, because the times of lines are whole milliseconds.
    """
    return _hex_milliseconds(-((EPOCH - moment) // MILLISECOND))


def _hex_milliseconds(milliseconds: int) -> str:
    return f"{max(0, milliseconds):012x}"


def log_document(line: LogRecorded, message_id: str, index: int) -> dict[str, Any]:
    """Return the document of a line. Its id is the same after a second delivery of the message."""
    searched_texts = (
        line.event,
        line.connector_id,
        *(str(value) for name in _SEARCHED_FIELDS if (value := line.fields.get(name))),
    )
    document = {
        "_id": f"{id_prefix(line.timestamp)}-{message_id}-{index:03x}",
        "at": line.timestamp,
        "level": str(level_of(line.level)),
        "service": line.service,
        "replica": line.replica,
        "event": line.event,
        "connector_id": line.connector_id,
        "words": words_of(searched_texts),
        "fields": {name.replace("\0", ""): _storable(value) for name, value in line.fields.items()},
    }
    return document | ({"delivery_id": line.delivery_id} if line.delivery_id else {})


def _storable(value: Any) -> Any:
    """Return a value that MongoDB can store: no integer over 64 bits, no half of a surrogate pair,
    and no nested value.
    """
    if isinstance(value, str):
        return value if value.isascii() else value.encode(errors="replace").decode()
    if isinstance(value, dict | list):
        return json.dumps(value)
    if isinstance(value, int) and not -_INT64_LIMIT <= value < _INT64_LIMIT:
        return str(value)
    return value
