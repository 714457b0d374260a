"""Reads the header ``Retry-After`` in every form of RFC 9110, section 10.2.3."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

LONGEST = timedelta(days=365)
_SECONDS = re.compile(r"[0-9]+")
_TIME = r"(?P<hour>\d{2}):(?P<minute>\d{2}):(?P<second>\d{2})"
_DATES = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        rf"\w{{3}}, (?P<day>\d{{2}}) (?P<month>\w{{3}}) (?P<year>\d{{4}}) {_TIME} GMT",
        rf"\w{{6,9}}, (?P<day>\d{{2}})-(?P<month>\w{{3}})-(?P<year>\d{{2}}) {_TIME} GMT",
        rf"\w{{3}} (?P<month>\w{{3}}) (?P<day>[ \d]\d) {_TIME} (?P<year>\d{{4}})",
    )
)
"""IMF-fixdate, RFC 850 and asctime (RFC 9110, section 5.6.7)."""
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def seconds_until_retry(header: str, now: datetime) -> float | None:
    """Return the seconds to wait, at most a year.

    Returns 0 for a time in the past, and None for an unreadable header.
    """
    text = header.strip(" \t")
    if _SECONDS.fullmatch(text):
        # A number of this length is beyond any wait, and int() refuses more than 4,300 digits.
        is_endless = len(text.lstrip("0")) > len(str(LONGEST.days * 86_400))
        return LONGEST.total_seconds() if is_endless else _bounded(float(text))
    moment = _moment(text, now)
    return None if moment is None else _bounded((moment - now).total_seconds())


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), LONGEST.total_seconds())


def _moment(text: str, now: datetime) -> datetime | None:
    found = next((match for date in _DATES if (match := date.fullmatch(text))), None)
    if found is None or found["month"] not in _MONTHS:
        return None
    try:
        return datetime(
            _year(found["year"], now),
            _MONTHS.index(found["month"]) + 1,
            int(found["day"]),
            int(found["hour"]),
            int(found["minute"]),
            min(int(found["second"]), 59),  # 60 is a leap second
            tzinfo=UTC,
        )
    except ValueError:
        return None


def _year(digits: str, now: datetime) -> int:
    """Return the year.

    Two digits that seem more than 50 years ahead are in the past (RFC 9110, 5.6.7).
    """
    if len(digits) > 2:  # noqa: PLR2004 - the form of RFC 850
        return int(digits)
    year = now.year - now.year % 100 + int(digits)
    return year - 100 if year > now.year + 50 else year
