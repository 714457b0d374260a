"""Recognises the dialect of a cron expression, and splits it into fields."""

from __future__ import annotations

from typing import NamedTuple

from retry.errors import ScheduleError

SETTING = "RetryJobCronExpression"
"""The setting that holds the expression. Error sentences name it."""
EXAMPLE = "Write for example */15 * * * * for every 15 minutes"
MACROS = {
    "@every_second": "* * * * * *",
    "@every_minute": "* * * * *",
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
"""The macros of Cronos (its README, "Macro")."""
PLAIN = 5
WITH_SECOND = 6
WITH_YEAR = 7


class CronFields(NamedTuple):
    """The fields of an expression, with ``first_day`` as the number of Sunday."""

    second: str
    minute: str
    hour: str
    day: str
    month: str
    weekday: str
    year: str
    first_day: int


def split_fields(expression: str) -> CronFields:
    """Return the fields of an expression; raises ScheduleError.

    Five fields begin with the minute. Six begin with the second, and seven also end with the year.
    A year, or a ``?`` together with a second, marks the dialect of Quartz. Quartz counts the days
    of the week from 1 for Sunday (Quartz.NET, CronExpression), and every other dialect from 0.
    """
    text = expression.strip()
    parts = MACROS.get(text.lower(), text).upper().split()
    if len(parts) not in (PLAIN, WITH_SECOND, WITH_YEAR):
        raise ScheduleError(
            f"it has {len(parts)} fields instead of 5, 6 or 7, and is no macro like @daily. "
            f"{EXAMPLE}"
        )
    year = parts.pop() if len(parts) == WITH_YEAR else None
    second = parts.pop(0) if len(parts) == WITH_SECOND else None
    minute, hour, day, month, weekday = parts
    is_quartz = bool(year or (second and "?" in (day, weekday)))
    return CronFields(
        second or "0",
        minute,
        hour,
        "*" if day == "?" else day,
        month,
        "*" if weekday == "?" else weekday,
        year or "*",
        first_day=1 if is_quartz else 0,
    )
