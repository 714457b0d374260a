"""The steps of time that figures are told in, in UTC."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum


class Interval(StrEnum):
    """How much time one figure is about."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"

    @property
    def duration(self) -> timedelta:
        """How long it is."""
        return timedelta(minutes={"minute": 1, "hour": 60, "day": 1440}[self])

    def of(self, moment: datetime) -> datetime:
        """Return when the step that this moment lies in begins."""
        begin = moment.replace(second=0, microsecond=0)
        return (
            begin
            if self is Interval.MINUTE
            else begin.replace(minute=0)
            if self is Interval.HOUR
            else begin.replace(minute=0, hour=0)
        )

    def each(self, begin: datetime, end: datetime) -> list[datetime]:
        """Return the beginnings of all steps that this range touches."""
        first = self.of(begin)
        count = max(0, -((first - end) // self.duration))
        return [first + number * self.duration for number in range(count)]
