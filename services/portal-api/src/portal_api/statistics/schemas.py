"""Queries and responses of the statistics routes."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field

from portal_api.errors import InvalidFieldError
from portal_api.schemas.paging import ResponseModel
from portal_api.schemas.types import Instant, Moment
from portal_api.statistics.interval import Interval

MAX_FIGURES = 2_000
DEFAULT_COUNTS = {Interval.MINUTE: 60, Interval.HOUR: 48, Interval.DAY: 30}
EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
LATEST = datetime(2999, 1, 1, tzinfo=UTC)


class FigureQuery(BaseModel):
    """Selection of figures, at most 2,000."""

    model_config = ConfigDict(extra="forbid")

    step: Interval = Field(
        default=Interval.MINUTE, description="Length of the time that each figure covers."
    )
    at_from: Moment | None = Field(
        default=None,
        description=(
            "Start, rounded down to the step. The default is the last 60 minutes, 48 hours or 30 "
            "days."
        ),
    )
    at_to: Moment | None = Field(
        default=None,
        description=("End, which is excluded if it is the start of a step. The default is now."),
    )
    connector_id: str | None = Field(
        default=None,
        max_length=40,
        description="One connector. `-` selects the changes for which no connector was found.",
    )

    def range(self, now: datetime) -> tuple[datetime, datetime]:
        """Return the start of the first step, and the end.

        Raises InvalidFieldError if the steps of one connector exceed the limit.
        """
        end = _limited(self.at_to or now)
        begin = self.step.start_of(
            _limited(self.at_from)
            if self.at_from
            else end - DEFAULT_COUNTS[self.step] * self.step.duration
        )
        if (end - begin) / self.step.duration > MAX_FIGURES:
            raise InvalidFieldError(
                "at_from",
                (
                    f"is more than {MAX_FIGURES:,} {self.step}s before the end: choose a larger "
                    "step or a shorter time"
                ),
            )
        return begin, end


def _limited(moment: datetime) -> datetime:
    """Return the moment in UTC, limited to the range of plausible times."""
    return min(max(moment, EARLIEST), LATEST).astimezone(UTC)


class Figure(ResponseModel):
    """The figures of one step and one connector.

    A delivery with three attempts counts once as accepted, and once for the status of each attempt.
    """

    at: Instant
    connector_id: str
    connector_name: str | None = None
    accepted: int = 0
    success: int = 0
    failed: int = 0
    skipped: int = 0
    refused: int = Field(
        default=0, description="The five statuses that a setting or a missing connector causes."
    )
    applied: int = Field(
        default=0, description="Records that the back office reported as applied in this step."
    )
    refused_by_back_office: int = Field(
        default=0, description="Records that the back office received and refused later."
    )
    reverted: int = 0
    cannot_be_told: int = Field(
        default=0, description="Records whose state the back office did not report in time."
    )
    oldest_waiting_s: float | None = Field(
        default=None,
        description=(
            "Longest waiting time of a delivery in this step. Null means that none waited."
        ),
    )


class FigureList(BaseModel):
    """Figures by time and connector, without empty steps."""

    step: Interval
    items: list[Figure]
