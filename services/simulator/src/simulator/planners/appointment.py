"""One appointment on the planning board, in its last state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from common.contracts.moments import whole_milliseconds
from simulator.planners.cronus import Technician, TimeMarker, Work


@dataclass(slots=True)
class Appointment:
    """The fields that planners change. ``start`` is local time on site. ``created_at`` and
    ``modified_at`` are aware UTC in whole milliseconds.
    """

    id: int
    guid: str
    job_no: str
    source_app: str
    work: Work
    marker: TimeMarker
    start: datetime
    hours: float
    technicians: tuple[Technician, ...]
    created_at: datetime
    modified_at: datetime

    @property
    def end(self) -> datetime:
        """The end of the work, in local time on site."""
        return self.start + timedelta(hours=self.hours)

    def touch(self, now: datetime) -> None:
        """Set the time of the change to ``now``, or to the millisecond after the previous change
        when that is later.
        """
        self.modified_at = max(
            whole_milliseconds(now), self.modified_at + timedelta(milliseconds=1)
        )
