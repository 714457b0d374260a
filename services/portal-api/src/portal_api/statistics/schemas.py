"""Queries and responses of the statistics routes."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field

from portal_api.errors import InvalidFieldError
from portal_api.schemas.paging import ResponseModel
from portal_api.schemas.types import Instant, Moment
from portal_api.statistics.interval import Interval

MOST = 2_000


SHOWN_BY_DEFAULT = {Interval.MINUTE: 60, Interval.HOUR: 48, Interval.DAY: 30}


EARLIEST, LATEST = datetime(1980, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)


class FigureQuery(BaseModel):
    """Which figures; at most 2,000 of them."""

    model_config = ConfigDict(extra="forbid")

    step: Interval = Field(
        default=Interval.MINUTE, description="How much time each figure is about."
    )
    at_from: Moment | None = Field(
        default=None,
        description=(
            "From the step of this moment on; by default the last 60 minutes, 48 hours or 30 days."
        ),
    )
    at_to: Moment | None = Field(
        default=None,
        description=(
            "Up to and without the step of this moment, if it is a whole one; by default now."
        ),
    )
    connector_id: str | None = Field(
        default=None,
        max_length=40,
        description="One connector; `-` is what no connector was found for.",
    )

    def range(self, now: datetime) -> tuple[datetime, datetime]:
        """Return the first step and the end; raises InvalidFieldError when they are too many for
        even one connector.
        """
        end = _within(self.at_to or now)
        begin = self.step.of(
            _within(self.at_from)
            if self.at_from
            else end - SHOWN_BY_DEFAULT[self.step] * self.step.duration
        )
        if (end - begin) / self.step.duration > MOST:
            raise InvalidFieldError(
                "at_from",
                (
                    f"is more than {MOST:,} {self.step}s before the end: choose a larger step or "
                    "a shorter time"
                ),
            )
        return begin, end


def _within(moment: datetime) -> datetime:
    """Return the moment in UTC; those that no clock of ours can have shown become the
    nearest that could.
    """
    return min(max(moment, EARLIEST), LATEST).astimezone(UTC)


class Figure(ResponseModel):
    """One step of one connector. A delivery that was tried three times counts once as accepted, and
    once for what each attempt came to.
    """

    at: Instant
    connector_id: str
    connector_name: str | None = None
    accepted: int = 0
    success: int = 0
    failed: int = 0
    skipped: int = 0
    refused: int = Field(
        default=0, description="The five statuses that a setting or a missing connector leads to."
    )
    oldest_waiting_s: float | None = Field(
        default=None,
        description=(
            "The longest that a delivery had been waiting, seen in this step; null: none waited."
        ),
    )


class FigureList(BaseModel):
    """Figures by time and connector; a step without any is left out."""

    step: Interval
    items: list[Figure]
