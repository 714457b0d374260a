"""Conversions of dates and times that several services need."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_FIRST = datetime(1, 1, 1, tzinfo=UTC)


def ticks_of(moment: datetime) -> int:
    """Return the aware moment in .NET's ticks: units of 100 ns since the year 1, UTC."""
    return (moment - _FIRST) // timedelta(microseconds=1) * 10


def in_utc(moment: datetime) -> datetime:
    """Return the moment as aware UTC. A moment without an offset is UTC (domain.md, 4.9)."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def whole_milliseconds(moment: datetime) -> datetime:
    """Return the moment without fractions of a millisecond, as MongoDB stores it."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
