"""Parses the dates that .NET writes, at their full precision of 100 ns (domain.md, 4.9)."""

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
MAX_AHEAD = 3_600 * SECOND
"""A last-modified time further ahead of our clock counts as the time of arrival."""
CLOCK_TOLERANCE = 300 * SECOND
"""Difference of the clocks of Dime.Scheduler and ingest that is tolerated in the repeated hour."""
MAX_OFFSET = 14 * 3_600 * SECOND
"""The largest offset of .NET's DateTimeOffset and of XML Schema's dateTime."""
_DIGITS = 7
_ISO_DATE = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?)?"
    r" ?(?:([Zz])|([+-])(\d\d):?(\d\d)?)?",
    re.ASCII,
)
_JSON_DATE = re.compile(r"/Date\((-?\d{1,15})(?:[+-]\d{4})?\)/", re.ASCII)
"""The date format of older .NET serializers: milliseconds since 1970 in UTC.

The offset after them has no effect (DataContractJsonSerializer, Newtonsoft's MicrosoftDateFormat).
"""
_MILLISECOND = SECOND // 1_000
_1970 = date(1970, 1, 1).toordinal() * DAY - DAY


class ParsedDate(NamedTuple):
    """A parsed date: its text, its local time in ``ticks``, and its ``offset`` if it has one."""

    text: str
    ticks: int
    offset: int | None

    @property
    def is_missing(self) -> bool:
        """Whether the date is .NET's minimum, the first day of the year 1, which means no value."""
        return self.ticks < DAY


class Arrival(NamedTuple):
    """The arrival of a change.

    ``zone`` is the time zone of its source, ``element`` its index in the array of the request, and
    ``traceparent`` the span that accepted it.
    """

    at: datetime
    zone: tzinfo = UTC
    element: int = 0
    traceparent: str | None = None


class ModifiedTime(NamedTuple):
    """The last-modified time that orders the versions of an appointment.

    ``reported`` is the source's own text when the time of arrival replaces it.
    """

    ticks: int
    reported: str | None = None

    @property
    def at(self) -> datetime:
        """The time as a datetime, at a precision of one microsecond."""
        return datetime(1, 1, 1, tzinfo=UTC) + timedelta(microseconds=self.ticks // 10)


def parse_date(text: str) -> ParsedDate:
    """Return the parsed date; raises ValueError with a sentence."""
    if found := _JSON_DATE.fullmatch(text.strip()):
        return _checked(ParsedDate(text, _1970 + int(found[1]) * _MILLISECOND, 0))
    found = _ISO_DATE.fullmatch(text.strip())
    if found is None:
        raise ValueError("must be a date like 2026-07-21T14:03:09.4471234+02:00")
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    try:
        clock = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError as error:
        raise ValueError(f"is not a valid date: {error}") from None
    fraction = int((found[7] or "").ljust(_DIGITS, "0")[:_DIGITS])
    return _checked(ParsedDate(text, ticks_of(clock) + fraction, _offset(*found.groups()[7:])))


def _checked(parsed: ParsedDate) -> ParsedDate:
    if parsed.offset is not None and not 0 <= parsed.ticks - parsed.offset < END:
        raise ValueError("lies outside the years 1 to 9999 in UTC")
    return parsed


def modified_time(parsed: ParsedDate, arrival: Arrival) -> ModifiedTime:
    """Return the last-modified time.

    A time without offset is in the source's zone. A time more than an hour ahead of our clock
    counts as the time of arrival.
    """
    arrived = ticks_of(arrival.at)
    ticks = _utc_ticks(parsed, arrival.zone, arrived)
    if ticks > arrived + MAX_AHEAD:
        return ModifiedTime(arrived, parsed.text)
    return ModifiedTime(max(ticks, 0))


def _utc_ticks(parsed: ParsedDate, zone: tzinfo, arrived: int) -> int:
    """Return the time in UTC, in ticks.

    A local time in a repeated hour has two UTC times. The latest one before the arrival is right,
    because a change arrives soon after it was made.
    """
    if parsed.offset is not None:
        return parsed.ticks - parsed.offset
    clock = datetime.min + timedelta(microseconds=parsed.ticks // 10)  # noqa: DTZ901 - a local time
    readings = {parsed.ticks - _ticks(zone.utcoffset(clock.replace(fold=fold))) for fold in (0, 1)}
    past = [ticks for ticks in readings if ticks <= arrived + CLOCK_TOLERANCE]
    return max(past) if past else min(readings)


def _offset(
    utc: str | None, sign: str | None, hours: str | None, minutes: str | None
) -> int | None:
    if utc:
        return 0
    if sign is None:
        return None
    distance = (int(hours or 0) * 3_600 + int(minutes or 0) * 60) * SECOND
    if int(minutes or 0) >= 60 or distance > MAX_OFFSET:  # noqa: PLR2004 - of an hour
        raise ValueError("has an invalid offset. The largest is 14:00")
    return -distance if sign == "-" else distance


def _ticks(offset: timedelta | None) -> int:
    return (offset or timedelta()) // timedelta(microseconds=1) * 10
