"""The days on which an expression runs: day of the month, month, day of the week and year, all of
which must hold.
"""

from __future__ import annotations

import calendar
import re
from datetime import timedelta
from typing import TYPE_CHECKING

from retry.cron.field_values import DAY, MONTH, YEAR, number_of, numbers_of, weekday

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from retry.cron.dialect import Fields
    from retry.cron.field_values import Kind

    Test = Callable[[date], bool]

SATURDAY = 6
_WEEK = timedelta(days=7)
_LAST = re.compile(r"L(?:-(\d{1,2}))?(W?)")
_NEAREST = re.compile(r"(\d{1,2})W")
_FOUND = re.compile(r"(\w+?)(?:#([1-5])|(L))")


def day_test(fields: Fields) -> Test:
    """Return whether an expression runs on a day; raises ScheduleError."""
    months, years = numbers_of(MONTH, fields.month), numbers_of(YEAR, fields.year)
    is_day, is_weekday = _day(fields.day), _weekday(fields.weekday, weekday(fields.first_day))
    return lambda day: day.month in months and day.year in years and is_day(day) and is_weekday(day)


def _day(text: str) -> Test:
    """``L`` is the last day of the month, ``L-3`` three days earlier, ``15W`` the working day
    nearest to the 15th, ``LW`` the last working day (Quartz.NET, CronExpression).
    """
    tests = [_one_day(part) for part in text.split(",")]
    return lambda day: any(test(day) for test in tests)


def _one_day(text: str) -> Test:
    if last := _LAST.fullmatch(text):
        back, is_working = int(last[1] or 0), bool(last[2])
        return lambda day: day.day == _shifted(day, _length(day) - back, is_working=is_working)
    if nearest := _NEAREST.fullmatch(text):
        number = number_of(DAY, nearest[1])
        return lambda day: (
            number <= _length(day) and day.day == _shifted(day, number, is_working=True)
        )
    numbers = numbers_of(DAY, text)
    return lambda day: day.day in numbers


def _shifted(day: date, number: int, *, is_working: bool) -> int:
    """Return the nearest working day within the month."""
    if not is_working or number < 1:
        return number
    found = calendar.weekday(day.year, day.month, number)
    if found == calendar.SATURDAY:
        return number - 1 if number > 1 else number + 2
    if found == calendar.SUNDAY:
        return number + 1 if number < _length(day) else number - 2
    return number


def _weekday(text: str, kind: Kind) -> Test:
    """``FRI#3`` is the third Friday of the month, ``FRIL`` the last one; ``L`` is Saturday."""
    tests = [_one_weekday(part, kind) for part in text.split(",")]
    return lambda day: any(test(day) for test in tests)


def _one_weekday(text: str, kind: Kind) -> Test:
    if text == "L":
        return lambda day: _of_week(day) == SATURDAY
    if found := _FOUND.fullmatch(text):
        name, place = found[1], int(found[2] or 0)
        wanted = (number_of(kind, name) - kind.first) % 7
        return lambda day: (
            _of_week(day) == wanted
            and ((day.day + 6) // 7 == place if place else (day + _WEEK).month != day.month)
        )
    numbers = {(number - kind.first) % 7 for number in numbers_of(kind, text)}
    return lambda day: _of_week(day) in numbers


def _of_week(day: date) -> int:
    """Return 0 for Sunday to 6 for Saturday."""
    return day.isoweekday() % 7


def _length(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]
