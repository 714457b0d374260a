"""One field of an expression as the numbers that it stands for."""

from __future__ import annotations

import calendar
from typing import TYPE_CHECKING, NamedTuple

from retry.cron.dialect import EXAMPLE
from retry.errors import ScheduleError

if TYPE_CHECKING:
    from collections.abc import Sequence

SHORTEST_NAME = 3
MONTHS = [name.upper() for name in calendar.month_name][1:]
WEEKDAYS = [name.upper() for name in (calendar.day_name[6], *calendar.day_name[:6])]


class Kind(NamedTuple):
    """The numbers of a field, and names for those from ``first`` on; ``spare`` numbers at the end
    mean the same as those at the beginning.
    """

    title: str
    first: int
    last: int
    names: Sequence[str] = ()
    spare: int = 0

    def refused(self, text: str) -> ScheduleError:
        """Return why this text is refused."""
        return ScheduleError(
            f"the {self.title} '{text}' is not understood, it takes {self.first} to {self.last}: "
            f"{EXAMPLE}"
        )


SECOND, MINUTE, HOUR = Kind("second", 0, 59), Kind("minute", 0, 59), Kind("hour", 0, 23)
DAY, MONTH = Kind("day of the month", 1, 31), Kind("month", 1, 12, MONTHS)
YEAR = Kind("year", 1970, 2199)


def weekday(first_day: int) -> Kind:
    """Return the day of the week, Sunday being ``first_day``; from 0 on, 7 is Sunday too."""
    return Kind("day of the week", first_day, 7, WEEKDAYS, spare=1 - first_day)


def numbers_of(kind: Kind, text: str) -> frozenset[int]:
    """Return the numbers of a list such as ``1,5-7,*/15,22-6,FRI-MON``; raises ScheduleError."""
    return frozenset(number for part in text.split(",") for number in _part(kind, part))


def number_of(kind: Kind, text: str) -> int:
    """Return one number, or the one of a name; raises ScheduleError."""
    if text.isascii() and text.isdigit() and kind.first <= int(text) <= kind.last:
        return int(text)
    if len(text) >= SHORTEST_NAME:
        for place, name in enumerate(kind.names):
            if name.startswith(text):
                return kind.first + place
    raise kind.refused(text)


def _part(kind: Kind, text: str) -> Sequence[int]:
    begin, slash, step = text.partition("/")
    if not slash:
        return _range(kind, text)
    if not (step.isascii() and step.isdigit()) or int(step) == 0:
        raise kind.refused(text)
    numbers = _range(kind, begin or "*")
    is_single = begin not in ("", "*") and "-" not in begin
    return (range(numbers[0], kind.last - kind.spare + 1) if is_single else numbers)[:: int(step)]


def _range(kind: Kind, text: str) -> Sequence[int]:
    """Return the numbers in order; a range that ends before it begins goes over the end."""
    top = kind.last - kind.spare
    if text == "*":
        return range(kind.first, top + 1)
    begin, dash, end = text.partition("-")
    low = number_of(kind, begin)
    if not dash:
        return [low]
    low, high = (low if low <= top else kind.first), number_of(kind, end)
    return (
        range(low, high + 1)
        if low <= high
        else [*range(low, top + 1), *range(kind.first, high + 1)]
    )
