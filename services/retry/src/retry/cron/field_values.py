"""Expands one field of an expression into its numbers."""

from __future__ import annotations

import calendar
from typing import TYPE_CHECKING, NamedTuple

from retry.cron.dialect import EXAMPLE
from retry.errors import ScheduleError

if TYPE_CHECKING:
    from collections.abc import Sequence

MIN_NAME_LENGTH = 3
MAX_DIGITS = 9
MONTHS = [name.upper() for name in calendar.month_name][1:]
WEEKDAYS = [name.upper() for name in (calendar.day_name[6], *calendar.day_name[:6])]


class FieldRange(NamedTuple):
    """The valid numbers of a field, and the names of the numbers from ``first`` on.

    The last ``spare`` numbers mean the same as the first ones.
    """

    title: str
    first: int
    last: int
    names: Sequence[str] = ()
    spare: int = 0

    def error(self, text: str) -> ScheduleError:
        """Return the error for a text that is not valid in this field."""
        return ScheduleError(
            f"the {self.title} '{text}' must be {self.first} to {self.last}. {EXAMPLE}"
        )


SECOND = FieldRange("second", 0, 59)
MINUTE = FieldRange("minute", 0, 59)
HOUR = FieldRange("hour", 0, 23)
DAY = FieldRange("day of the month", 1, 31)
MONTH = FieldRange("month", 1, 12, MONTHS)
YEAR = FieldRange("year", 1970, 2199)


def weekdays(first_day: int) -> FieldRange:
    """Return the range of weekdays. Sunday is ``first_day``, and also 7 if that is 0."""
    return FieldRange("day of the week", first_day, 7, WEEKDAYS, spare=1 - first_day)


def parse_numbers(field: FieldRange, text: str) -> frozenset[int]:
    """Return the numbers of a list like ``1,5-7,*/15,22-6,FRI-MON``; raises ScheduleError."""
    return frozenset(number for part in text.split(",") for number in _part(field, part))


def parse_number(field: FieldRange, text: str) -> int:
    """Return the value of a number or a name; raises ScheduleError."""
    number = _digits(text)
    if number is not None and field.first <= number <= field.last:
        return number
    if len(text) >= MIN_NAME_LENGTH:
        for index, name in enumerate(field.names):
            if name.startswith(text):
                return field.first + index
    raise field.error(text)


def _digits(text: str) -> int | None:
    """Return the number of an ASCII text of few digits, or None. Python converts no long texts."""
    is_number = text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS
    return int(text) if is_number else None


def _part(field: FieldRange, text: str) -> Sequence[int]:
    begin, slash, step = text.partition("/")
    if not slash:
        return _range(field, text)
    interval = _digits(step)
    if not interval:
        raise field.error(text)
    numbers = _range(field, begin or "*")
    is_single = begin not in ("", "*") and "-" not in begin
    return (range(numbers[0], field.last - field.spare + 1) if is_single else numbers)[::interval]


def _range(field: FieldRange, text: str) -> Sequence[int]:
    """Return the numbers in order. A range that ends before it begins wraps around."""
    top = field.last - field.spare
    if text == "*":
        return range(field.first, top + 1)
    begin, dash, end = text.partition("-")
    low = parse_number(field, begin)
    if not dash:
        return [low]
    low, high = (low if low <= top else field.first), parse_number(field, end)
    return (
        range(low, high + 1)
        if low <= high
        else [*range(low, top + 1), *range(field.first, high + 1)]
    )
