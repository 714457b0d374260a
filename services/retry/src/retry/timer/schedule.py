"""When the timer job runs: a cron expression in a time zone; one that cannot be read never runs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from retry.cron.dialect import EXAMPLE
from retry.cron.occurrences import Moments
from retry.errors import ScheduleError
from retry.settings import KEY, expression_of

if TYPE_CHECKING:
    from retry.settings import Settings


class Schedule:
    """The moments of a cron expression; an empty one has none. ``trouble`` is the sentence that
    says why it cannot be read, and what to write.
    """

    def __init__(
        self,
        expression: str,
        now: datetime | None = None,
        time_zone: str = "UTC",
        trouble: str | None = None,
    ) -> None:
        self.expression = expression
        self.time_zone = time_zone
        self.trouble = trouble
        self._moments: Moments | None = None
        if expression and trouble is None:
            try:
                self._moments = _read(expression, time_zone, now or datetime.now(UTC))
            except ScheduleError as error:
                self.trouble = str(error)

    def after(self, moment: datetime) -> datetime | None:
        """Return the first moment after this one, or None when there is none."""
        return self._moments.after(moment) if self._moments else None


def schedule_of(settings: Settings) -> Schedule:
    """Return the schedule that the settings name."""
    try:
        return Schedule(expression_of(settings), time_zone=settings.time_zone)
    except ScheduleError as error:
        return Schedule("", time_zone=settings.time_zone, trouble=str(error))


def _read(expression: str, time_zone: str, now: datetime) -> Moments:
    try:
        moments = Moments(expression, _zone(time_zone))
    except ScheduleError as error:
        raise ScheduleError(f"the setting {KEY} '{expression}' is not valid: {error}") from None
    if moments.after(now) is None:
        raise ScheduleError(f"the setting {KEY} '{expression}' never comes: {EXAMPLE}")
    return moments


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise ScheduleError(
            f"RETRY_TIME_ZONE '{name}' is no IANA time zone, write for example Europe/Brussels"
        ) from None
