"""Converts the dates of a snapshot from .NET's formats to RFC 3339."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_OFFSET = r"(?P<offset>Z|[+-]\d{2}:?\d{2})?"
_DATE = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})"
    r"(?:[T ](?P<minute>\d{2}:\d{2})(?::(?P<second>\d{2}))?(?P<fraction>\.\d{1,20})?)?" + _OFFSET,
    re.ASCII,
)
_NO_VALUE = re.compile(
    r"(0001-01-01([T ]00:00(:00(\.0+)?)?)?|9999-12-31[T ]23:59:59(\.\d+)?)" + _OFFSET, re.ASCII
)
"""DateTime.MinValue and DateTime.MaxValue of .NET. They stand for "no date"."""
_IN_MILLISECONDS = re.compile(r"/Date\((-?\d{1,15})(?:[+-]\d{4})?\)/", re.ASCII)
"""The format of older .NET serializers: milliseconds since 1970 in UTC, with any offset."""
_1970 = datetime(1970, 1, 1, tzinfo=UTC)
_ENDS = {-62_135_596_800_000, 253_402_300_799_999}
"""DateTime.MinValue and DateTime.MaxValue in milliseconds."""
FARTHEST_OFFSET = timedelta(hours=14)
"""The largest offset of XML Schema's dateTime and of .NET's DateTimeOffset."""


class SnapshotDate(NamedTuple):
    """The text of a date as it is sent, and the moment it names, to the second."""

    text: str
    moment: datetime


def read_date(text: str, zone: ZoneInfo) -> SnapshotDate | None:
    """Return the date with its own offset, or with that of the zone (domain.md, 4.9).

    Returns None for "no date". Raises ValueError for a text that is no date.
    """
    if _NO_VALUE.fullmatch(text):
        return None
    if found := _IN_MILLISECONDS.fullmatch(text):
        return _from_milliseconds(int(found[1]))
    found = _DATE.fullmatch(text)
    if found is None:
        raise ValueError("it is not a date")
    plain = f"{found['date']}T{found['minute'] or '00:00'}:{found['second'] or '00'}"
    naive = datetime.fromisoformat(plain)
    offset = _parse_offset(found["offset"]) if found["offset"] else _zone_offset(naive, zone)
    moment = naive.replace(tzinfo=timezone(offset))
    return SnapshotDate(
        f"{plain}{found['fraction'] or ''}{_format_offset(offset, found['offset'])}", moment
    )


def _from_milliseconds(count: int) -> SnapshotDate | None:
    if count in _ENDS:
        return None
    try:
        moment = _1970 + timedelta(milliseconds=count)
    except OverflowError:
        raise ValueError("it lies outside the years 1 to 9999") from None
    text = moment.isoformat(timespec="milliseconds").removesuffix("+00:00")
    return SnapshotDate(f"{text}Z", moment)


def _parse_offset(offset: str) -> timedelta:
    if offset == "Z":
        return timedelta()
    minutes = int(offset[-2:])
    if minutes >= 60:  # noqa: PLR2004 - of an hour
        raise ValueError("its offset is invalid")
    distance = timedelta(hours=int(offset[1:3]), minutes=minutes)
    if distance > FARTHEST_OFFSET:
        raise ValueError("its offset is more than 14 hours")
    return -distance if offset[0] == "-" else distance


def _zone_offset(naive: datetime, zone: ZoneInfo) -> timedelta:
    """Return the offset of the zone at that time.

    Before about 1900 many offsets had seconds, which a date cannot express.
    """
    offset = naive.replace(tzinfo=zone).utcoffset() or timedelta()
    if offset % timedelta(minutes=1):
        raise ValueError(f"the offset of {zone.key} was no whole number of minutes then")
    return offset


def _format_offset(offset: timedelta, own: str | None) -> str:
    if own is not None and own != "Z":
        return own if ":" in own else f"{own[:3]}:{own[3:]}"
    if not offset:
        return "Z"
    sign = "-" if offset < timedelta() else "+"
    hours, minutes = divmod(abs(offset) // timedelta(minutes=1), 60)
    return f"{sign}{hours:02}:{minutes:02}"
