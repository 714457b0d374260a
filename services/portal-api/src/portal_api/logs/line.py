"""One line of a log as it is kept, and how it is named so that names sort by time."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from common.contracts.telemetry import LogRecorded
from portal_api.lists.search_terms import words_of

_SEARCHED = ("appointment", "code", "reason", "status", "queue", "message_id", "trace_id")
_LARGEST = 2**63
EPOCH, MILLISECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(milliseconds=1)


class Level(StrEnum):
    """How grave it is."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"


_OTHER_NAMES = {"warn": Level.WARNING, "exception": Level.ERROR, "fatal": Level.CRITICAL}


def level_of(name: str) -> Level:
    """Return the level that a line says of itself; one that is not known counts as info."""
    lowered = name.lower()
    return Level(lowered) if lowered in set(Level) else _OTHER_NAMES.get(lowered, Level.INFO)


def at_least(level: Level) -> list[str]:
    """Return this level and those that are worse."""
    levels = list(Level)
    return [str(level) for level in levels[levels.index(level) :]]


def read_lines(body: bytes) -> tuple[list[LogRecorded], int]:
    """Return the lines of a message, and how many could not be understood: one that is odd does not
    take the others with it.
    """
    try:
        told = json.loads(body)
    except ValueError:
        return [], 1
    lines, odd = [], 0
    for line in told if isinstance(told, list) else [told]:
        try:
            lines.append(LogRecorded.model_validate(line))
        except ValidationError:
            odd += 1
    return lines, odd


def name_of(moment: datetime) -> str:
    """Return how the names of all lines of this millisecond begin; an earlier moment sorts
    before a later one.
    """
    return _name((moment - EPOCH) // MILLISECOND)


def name_from(moment: datetime) -> str:
    """Return the name before which every line is earlier than this moment; moments of lines are
    whole milliseconds.
    """
    return _name(-((EPOCH - moment) // MILLISECOND))


def _name(milliseconds: int) -> str:
    return f"{max(0, milliseconds):012x}"


def log_document(line: LogRecorded, message_id: str, place: int) -> dict[str, Any]:
    """Return the document of a line; the same line of the same message has the same name."""
    found_by = (
        line.event,
        line.connector_id,
        *(str(value) for name in _SEARCHED if (value := line.fields.get(name))),
    )
    document = {
        "_id": f"{name_of(line.timestamp)}-{message_id}-{place:03x}",
        "at": line.timestamp,
        "level": str(level_of(line.level)),
        "service": line.service,
        "replica": line.replica,
        "event": line.event,
        "connector_id": line.connector_id,
        "words": words_of(found_by),
        "fields": {name.replace("\0", ""): _storable(value) for name, value in line.fields.items()},
    }
    return document | ({"delivery_id": line.delivery_id} if line.delivery_id else {})


def _storable(value: Any) -> Any:
    """Return what MongoDB can keep: numbers of 64 bits, whole characters, and nothing nested."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode(errors="replace").decode()
    if isinstance(value, dict | list):
        return json.dumps(value)
    if isinstance(value, int) and not -_LARGEST <= value < _LARGEST:
        return str(value)
    return value
