"""Reads the dates that .NET writes, at their full precision of 100 ns (domain.md, 4.9)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from common.contracts.moments import ticks_of

if TYPE_CHECKING:
    from datetime import tzinfo

SECOND = 10_000_000
DAY = 86_400 * SECOND
END = date.max.toordinal() * DAY
AHEAD = 3_600 * SECOND
"""A last-modified time further ahead of our clock than this is not believed."""
TOLERANCE = 300 * SECOND
"""How far clocks of Dime.Scheduler and ingest may differ in the repeated hour."""
FARTHEST_OFFSET = 14 * 3_600 * SECOND
"""Of .NET's DateTimeOffset and of XML Schema's dateTime."""
_DIGITS = 7
_WRITTEN = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?)?"
    r" ?(?:([Zz])|([+-])(\d\d):?(\d\d)?)?",
    re.ASCII,
)
_IN_MILLISECONDS = re.compile(r"/Date\((-?\d{1,15})(?:[+-]\d{4})?\)/", re.ASCII)
"""How older serializers of .NET write a date: milliseconds since 1970 in UTC; the offset behind
them changes nothing (DataContractJsonSerializer, Newtonsoft's MicrosoftDateFormat).
"""
_MILLISECOND = SECOND // 1_000
_1970 = date(1970, 1, 1).toordinal() * DAY - DAY


class Written(NamedTuple):
    """A date as it was written: ``ticks`` of its clock, and its ``offset`` if it names one."""

    text: str
    ticks: int
    offset: int | None

    @property
    def is_missing(self) -> bool:
        """Whether it is .NET's minimum, the first day of the year 1: no value."""
        return self.ticks < DAY


class Arrival(NamedTuple):
    """When a change arrived, in which time zone its source writes, at which place of its
    request, and the step of the trace that accepted it.
    """

    at: datetime
    zone: tzinfo = UTC
    place: int = 0
    traceparent: str | None = None


class Modified(NamedTuple):
    """The last-modified time by which a version is ordered; ``reported`` is the source's own text
    when the time of arrival counts in its place.
    """

    ticks: int
    reported: str | None = None

    @property
    def at(self) -> datetime:
        """The same in microseconds."""
        return datetime(1, 1, 1, tzinfo=UTC) + timedelta(microseconds=self.ticks // 10)


def read_date(text: str) -> Written:
    """Return the date that was written; raises ValueError with a sentence."""
    if found := _IN_MILLISECONDS.fullmatch(text.strip()):
        return _checked(Written(text, _1970 + int(found[1]) * _MILLISECOND, 0))
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise ValueError("must be a date such as 2026-07-21T14:03:09.4471234+02:00")
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    try:
        clock = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError as error:
        raise ValueError(f"is no date: {error}") from None
    fraction = int((found[7] or "").ljust(_DIGITS, "0")[:_DIGITS])
    return _checked(Written(text, ticks_of(clock) + fraction, _offset(*found.groups()[7:])))


def _checked(written: Written) -> Written:
    if written.offset is not None and not 0 <= written.ticks - written.offset < END:
        raise ValueError("lies outside the years 1 to 9999 in UTC")
    return written


def modified(written: Written, arrival: Arrival) -> Modified:
    """Return the last-modified time: a time without offset is read in the source's zone, and one
    that is more than an hour ahead of our clock counts as the time of arrival.
    """
    arrived = ticks_of(arrival.at)
    ticks = _instant(written, arrival.zone, arrived)
    if ticks > arrived + AHEAD:
        return Modified(arrived, written.text)
    return Modified(max(ticks, 0))


def _instant(written: Written, zone: tzinfo, arrived: int) -> int:
    """Return the moment in UTC.

    In the hour that the clock repeats there are two: the latest that is not after the arrival is
    the one, because a change arrives soon after it was made.
    """
    if written.offset is not None:
        return written.ticks - written.offset
    clock = datetime.min + timedelta(microseconds=written.ticks // 10)  # noqa: DTZ901 - no offset
    readings = {written.ticks - _ticks(zone.utcoffset(clock.replace(fold=fold))) for fold in (0, 1)}
    past = [ticks for ticks in readings if ticks <= arrived + TOLERANCE]
    return max(past) if past else min(readings)


def _offset(
    utc: str | None, sign: str | None, hours: str | None, minutes: str | None
) -> int | None:
    if utc:
        return 0
    if sign is None:
        return None
    distance = (int(hours or 0) * 3_600 + int(minutes or 0) * 60) * SECOND
    if int(minutes or 0) >= 60 or distance > FARTHEST_OFFSET:  # noqa: PLR2004 - of an hour
        raise ValueError("has an offset that is none: 14:00 is the largest")
    return -distance if sign == "-" else distance


def _ticks(offset: timedelta | None) -> int:
    return (offset or timedelta()) // timedelta(microseconds=1) * 10
