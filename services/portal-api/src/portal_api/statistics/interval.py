"""The intervals of figures, in UTC."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum


class Interval(StrEnum):
    """The length of the time that a figure covers."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"

    @property
    def duration(self) -> timedelta:
        """The length as a duration."""
        return timedelta(minutes={"minute": 1, "hour": 60, "day": 1440}[self])

    def start_of(self, moment: datetime) -> datetime:
        """Return the start of the interval that contains this moment."""
        begin = moment.replace(second=0, microsecond=0)
        return (
            begin
            if self is Interval.MINUTE
            else begin.replace(minute=0)
            if self is Interval.HOUR
            else begin.replace(minute=0, hour=0)
        )

    def starts_between(self, begin: datetime, end: datetime) -> list[datetime]:
        """Return the starts of all intervals that overlap this range."""
        first = self.start_of(begin)
        count = max(0, -((first - end) // self.duration))
        return [first + number * self.duration for number in range(count)]
