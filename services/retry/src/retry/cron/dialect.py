"""Which dialect an expression is written in, and its fields in one order."""

from __future__ import annotations

from typing import NamedTuple

from retry.errors import ScheduleError

EXAMPLE = "write for example */15 * * * * for every 15 minutes"
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
PLAIN, WITH_SECOND, WITH_YEAR = 5, 6, 7
"""Fields of an expression."""


class Fields(NamedTuple):
    """The fields of an expression; ``first_day`` is the number of Sunday."""

    second: str
    minute: str
    hour: str
    day: str
    month: str
    weekday: str
    year: str
    first_day: int


def fields_of(expression: str) -> Fields:
    """Return the fields; raises ScheduleError.

    Five fields begin with the minute, six with the second, seven end with the year. Quartz is known
    by its year, or by a ``?`` beside a second: it counts the days of the week from 1 for Sunday
    (Quartz.NET, CronExpression), every other dialect from 0.
    """
    text = expression.strip()
    parts = MACROS.get(text.lower(), text).upper().split()
    if len(parts) not in (PLAIN, WITH_SECOND, WITH_YEAR):
        raise ScheduleError(
            f"it has {len(parts)} fields instead of 5, 6 or 7, or is no macro such as @daily: "
            f"{EXAMPLE}"
        )
    year = parts.pop() if len(parts) == WITH_YEAR else None
    second = parts.pop(0) if len(parts) == WITH_SECOND else None
    minute, hour, day, month, weekday = parts
    is_quartz = bool(year or (second and "?" in (day, weekday)))
    return Fields(
        second or "0",
        minute,
        hour,
        "*" if day == "?" else day,
        month,
        "*" if weekday == "?" else weekday,
        year or "*",
        first_day=1 if is_quartz else 0,
    )
