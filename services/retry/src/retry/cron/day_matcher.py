"""Matches a day against an expression: day of the month, month, weekday and year must all match."""

from __future__ import annotations

import calendar
import re
from datetime import timedelta
from typing import TYPE_CHECKING

from retry.cron.field_values import DAY, MONTH, YEAR, parse_number, parse_numbers, weekdays

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from retry.cron.dialect import CronFields
    from retry.cron.field_values import FieldRange

    DayMatcher = Callable[[date], bool]

SATURDAY = 6
_WEEK = timedelta(days=7)
_LAST_DAY = re.compile(r"L(?:-(\d{1,2}))?(W?)")
_NEAREST_WORKING_DAY = re.compile(r"(\d{1,2})W")
_NTH_WEEKDAY = re.compile(r"(\w+?)(?:#([1-5])|(L))")


def day_matcher(fields: CronFields) -> DayMatcher:
    """Return a function that tests whether the expression runs on a day; raises ScheduleError."""
    months = parse_numbers(MONTH, fields.month)
    years = parse_numbers(YEAR, fields.year)
    is_day = _month_day(fields.day)
    is_weekday = _weekday(fields.weekday, weekdays(fields.first_day))
    return lambda day: day.month in months and day.year in years and is_day(day) and is_weekday(day)


def _month_day(text: str) -> DayMatcher:
    """Return the matcher of days of the month (Quartz.NET, CronExpression).

    ``L`` is the last day of the month, ``L-3`` three days earlier, ``15W`` the working day nearest
    to the 15th, ``LW`` the last working day.
    """
    tests = [_one_month_day(part) for part in text.split(",")]
    return lambda day: any(test(day) for test in tests)


def _one_month_day(text: str) -> DayMatcher:
    if last := _LAST_DAY.fullmatch(text):
        back, is_working = int(last[1] or 0), bool(last[2])
        return lambda day: (
            day.day == _to_working_day(day, _days_in_month(day) - back, is_working=is_working)
        )
    if nearest := _NEAREST_WORKING_DAY.fullmatch(text):
        number = parse_number(DAY, nearest[1])
        return lambda day: (
            number <= _days_in_month(day)
            and day.day == _to_working_day(day, number, is_working=True)
        )
    numbers = parse_numbers(DAY, text)
    return lambda day: day.day in numbers


def _to_working_day(day: date, number: int, *, is_working: bool) -> int:
    """Return the nearest working day within the month, or the day itself if any day counts."""
    if not is_working or number < 1:
        return number
    found = calendar.weekday(day.year, day.month, number)
    if found == calendar.SATURDAY:
        return number - 1 if number > 1 else number + 2
    if found == calendar.SUNDAY:
        return number + 1 if number < _days_in_month(day) else number - 2
    return number


def _weekday(text: str, field: FieldRange) -> DayMatcher:
    """Return the matcher of weekdays.

    ``FRI#3`` is the third Friday of the month, ``FRIL`` the last one. ``L`` is Saturday.
    """
    tests = [_one_weekday(part, field) for part in text.split(",")]
    return lambda day: any(test(day) for test in tests)


def _one_weekday(text: str, field: FieldRange) -> DayMatcher:
    if text == "L":
        return lambda day: _weekday_number(day) == SATURDAY
    if found := _NTH_WEEKDAY.fullmatch(text):
        name, nth = found[1], int(found[2] or 0)
        wanted = (parse_number(field, name) - field.first) % 7
        return lambda day: (
            _weekday_number(day) == wanted
            and ((day.day + 6) // 7 == nth if nth else (day + _WEEK).month != day.month)
        )
    numbers = {(number - field.first) % 7 for number in parse_numbers(field, text)}
    return lambda day: _weekday_number(day) in numbers


def _weekday_number(day: date) -> int:
    """Return 0 for Sunday to 6 for Saturday."""
    return day.isoweekday() % 7


def _days_in_month(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]
