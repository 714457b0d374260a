"""When the timer job runs: a cron expression, in UTC."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronsim import CronSim, CronSimError

from retry.errors import ScheduleError

if TYPE_CHECKING:
    from datetime import datetime


class Schedule:
    """The moments of a cron expression; an empty one has none."""

    def __init__(self, expression: str, now: datetime) -> None:
        self.expression = expression
        if expression:
            try:
                next(CronSim(expression, now))
            except (CronSimError, StopIteration):
                raise ScheduleError(
                    f"the setting RetryJobCronExpression is not valid: '{expression}' is no cron "
                    "expression such as */15 * * * *"
                ) from None

    def after(self, moment: datetime) -> datetime | None:
        """Return the first moment after this one, or None when there is none."""
        return next(CronSim(self.expression, moment), None) if self.expression else None
