"""The times at which a cron expression runs, in a time zone."""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from typing import TYPE_CHECKING

from retry.cron.day_matcher import day_matcher
from retry.cron.dialect import split_fields
from retry.cron.field_values import HOUR, MINUTE, SECOND, parse_numbers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

HORIZON = timedelta(days=366 * 41)
"""The search ends here, because 29 February falls on the same weekday again within 40 years."""
_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
_LARGEST_SHIFT = timedelta(hours=3)


class CronOccurrences:
    """The run times of an expression; raises ScheduleError when the expression is not valid.

    An expression with certain hours follows local time. A run in the skipped hour of a clock
    change runs right after that hour. A run in the repeated hour runs once, at its first time. An
    expression with every hour keeps its intervals (Cronos, README "Daylight Saving Time handling").
    """

    def __init__(self, expression: str, zone: tzinfo) -> None:
        fields = split_fields(expression)
        self._zone = zone
        self._is_day = day_matcher(fields)
        self._hours, self._minutes, self._seconds = (
            sorted(parse_numbers(field, text))
            for field, text in (
                (HOUR, fields.hour),
                (MINUTE, fields.minute),
                (SECOND, fields.second),
            )
        )
        self._is_every_hour = len(self._hours) == HOUR.last + 1

    def after(self, moment: datetime) -> datetime | None:
        """Return the first run time after this moment, in UTC, or None when there is none."""
        moment = moment.astimezone(UTC)
        day = moment.astimezone(self._zone).date() - _DAY
        end = day + HORIZON
        while day < end:
            if self._is_day(day):
                found = (
                    self._by_interval(day, moment)
                    if self._is_every_hour
                    else self._by_local_time(day, moment)
                )
                if found is not None:
                    return found
            day += _DAY
        return None

    def _by_local_time(self, day: date, moment: datetime) -> datetime | None:
        begin = moment.astimezone(self._zone).replace(tzinfo=None) - _LARGEST_SHIFT
        for local in self._local_times(day, begin):
            found = self._to_utc(local)
            if found > moment:
                return found
        return None

    def _to_utc(self, local: datetime) -> datetime:
        """Return the UTC time of a local time, or of the end of the skipped hour that holds it."""
        begin = local
        if not self._exists(local):
            begin = local.replace(second=0)
            while not self._exists(begin - _MINUTE):
                begin -= _MINUTE
        return begin.replace(tzinfo=self._zone, fold=0).astimezone(UTC)

    def _exists(self, local: datetime) -> bool:
        aware = local.replace(tzinfo=self._zone, fold=0)
        return aware.astimezone(UTC).astimezone(self._zone).replace(tzinfo=None) == local

    def _by_interval(self, day: date, moment: datetime) -> datetime | None:
        edges = (datetime.combine(d, time(), self._zone) for d in (day, day + _DAY))
        offsets = {edge.utcoffset() or timedelta() for edge in edges}
        found = (self._with_offset(day, moment, offset) for offset in offsets)
        return min((one for one in found if one is not None), default=None)

    def _with_offset(self, day: date, moment: datetime, offset: timedelta) -> datetime | None:
        for local in self._local_times(day, moment.replace(tzinfo=None) + offset):
            found = (local - offset).replace(tzinfo=UTC)
            if found > moment and found.astimezone(self._zone).utcoffset() == offset:
                return found
        return None

    def _local_times(self, day: date, begin: datetime) -> Iterator[datetime]:
        """Yield the local times of a day in order, without the hours before ``begin``."""
        first = 0 if begin.date() < day else 24 if begin.date() > day else begin.hour
        hours = self._hours[bisect_left(self._hours, first) :]
        for hour, minute, second in product(hours, self._minutes, self._seconds):
            yield datetime.combine(day, time(hour, minute, second))
