"""The schedule of the timer job: a cron expression in a time zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from retry.cron.dialect import EXAMPLE, SETTING
from retry.cron.occurrences import CronOccurrences
from retry.errors import ScheduleError


class Schedule:
    """The times of a cron expression. An empty or unreadable expression has none.

    ``error`` is the sentence that says why the expression cannot be read, and how to correct it.
    """

    def __init__(
        self,
        expression: str,
        now: datetime | None = None,
        time_zone: str = "UTC",
        error: str | None = None,
    ) -> None:
        self.expression = expression
        self.time_zone = time_zone
        self.error = error
        self._occurrences: CronOccurrences | None = None
        if expression and error is None:
            try:
                self._occurrences = _parse(expression, time_zone, now or datetime.now(UTC))
            except ScheduleError as refused:
                self.error = str(refused)

    def after(self, moment: datetime) -> datetime | None:
        """Return the first run after this moment, or None when there is none."""
        return self._occurrences.after(moment) if self._occurrences else None


def _parse(expression: str, time_zone: str, now: datetime) -> CronOccurrences:
    try:
        occurrences = CronOccurrences(expression, _zone(time_zone))
    except ScheduleError as error:
        raise ScheduleError(f"the setting {SETTING} '{expression}' is not valid: {error}") from None
    if occurrences.after(now) is None:
        raise ScheduleError(f"the setting {SETTING} '{expression}' never runs. {EXAMPLE}")
    return occurrences


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise ScheduleError(
            f"RETRY_TIME_ZONE '{name}' is not an IANA time zone. Write for example Europe/Brussels"
        ) from None
