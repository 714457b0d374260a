"""The levels of a log line, the least first."""

from __future__ import annotations

from enum import StrEnum


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
