"""The moments of an expression in a time zone."""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from typing import TYPE_CHECKING

from retry.cron.day_matcher import day_test
from retry.cron.dialect import fields_of
from retry.cron.field_values import HOUR, MINUTE, SECOND, numbers_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

LONGEST = timedelta(days=366 * 41)
"""29 February falls on the same day of the week again after 40 years at most."""
_MINUTE, _DAY, _LARGEST_SHIFT = timedelta(minutes=1), timedelta(days=1), timedelta(hours=3)


class Moments:
    """When an expression runs; raises ScheduleError where it cannot be read.

    An expression of certain hours keeps to the clock: a run in the hour that the clock skips comes
    when the clock goes on, one in the repeated hour comes the first time only. An expression of
    every hour keeps its distances (as Cronos does, README "Daylight Saving Time handling").
    """

    def __init__(self, expression: str, zone: tzinfo) -> None:
        fields = fields_of(expression)
        self._zone = zone
        self._is_day = day_test(fields)
        self._hours, self._minutes, self._seconds = (
            sorted(numbers_of(kind, text))
            for kind, text in (
                (HOUR, fields.hour),
                (MINUTE, fields.minute),
                (SECOND, fields.second),
            )
        )
        self._keeps_distance = len(self._hours) == HOUR.last + 1

    def after(self, moment: datetime) -> datetime | None:
        """Return the first moment after this one in UTC, None when there is none any more."""
        moment = moment.astimezone(UTC)
        day = moment.astimezone(self._zone).date() - _DAY
        end = day + LONGEST
        while day < end:
            if self._is_day(day):
                found = (
                    self._by_distance(day, moment)
                    if self._keeps_distance
                    else self._by_clock(day, moment)
                )
                if found is not None:
                    return found
            day += _DAY
        return None

    def _by_clock(self, day: date, moment: datetime) -> datetime | None:
        begin = moment.astimezone(self._zone).replace(tzinfo=None) - _LARGEST_SHIFT
        for clock in self._clocks(day, begin):
            found = self._when(clock)
            if found > moment:
                return found
        return None

    def _when(self, clock: datetime) -> datetime:
        """Return the moment of a time of the clock, of a skipped one the moment when the clock goes
        on.
        """
        begin = clock
        if not self._exists(clock):
            begin = clock.replace(second=0)
            while not self._exists(begin - _MINUTE):
                begin -= _MINUTE
        return begin.replace(tzinfo=self._zone, fold=0).astimezone(UTC)

    def _exists(self, clock: datetime) -> bool:
        there = clock.replace(tzinfo=self._zone, fold=0)
        return there.astimezone(UTC).astimezone(self._zone).replace(tzinfo=None) == clock

    def _by_distance(self, day: date, moment: datetime) -> datetime | None:
        edges = (datetime.combine(d, time(), self._zone) for d in (day, day + _DAY))
        offsets = {edge.utcoffset() or timedelta() for edge in edges}
        found = (self._with_offset(day, moment, offset) for offset in offsets)
        return min((one for one in found if one is not None), default=None)

    def _with_offset(self, day: date, moment: datetime, offset: timedelta) -> datetime | None:
        for clock in self._clocks(day, moment.replace(tzinfo=None) + offset):
            found = (clock - offset).replace(tzinfo=UTC)
            if found > moment and found.astimezone(self._zone).utcoffset() == offset:
                return found
        return None

    def _clocks(self, day: date, begin: datetime) -> Iterator[datetime]:
        """Yield the times of a day in order, without whole hours that lie before ``begin``."""
        first = 0 if begin.date() < day else 24 if begin.date() > day else begin.hour
        hours = self._hours[bisect_left(self._hours, first) :]
        for hour, minute, second in product(hours, self._minutes, self._seconds):
            yield datetime.combine(day, time(hour, minute, second))
