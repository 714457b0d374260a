"""The appointment as a planner saved it: the fields that the connector reads, and the unchanged
snapshot.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from common.contracts.message import Message
from common.contracts.moments import in_utc, ticks_of

_LAST = 3_155_378_976_000_000_000
"""The ticks of the year 10000."""


class Action(StrEnum):
    """The planner's action, sent as I, U and D to Business Central and NAV (domain.md,
    section 2).
    """

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class Appointment(Message):
    """The fields of one snapshot that the connector itself uses.

    ``key`` identifies the appointment: ``<source>/<Dime.Scheduler's id>``. Dates are
    Dime.Scheduler's own text, with or without offset, never changed (domain.md, 4.9).

    ``modified_at`` is the last-modified time that orders versions. ``modified_ticks`` is the same
    at full precision, in units of 100 ns since the year 1, as .NET counts them. ``rowversion`` is
    the snapshot's ``Timestamp`` as 16 hexadecimal digits, so that the order of the texts is the
    order of the numbers. ``reported_modified_at`` is Dime.Scheduler's own last-modified time when
    the time of arrival is used in its place.
    """

    key: str = Field(min_length=1, max_length=200)
    appointment_id: int = 0
    appointment_no: str | None = None
    appointment_guid: str | None = None
    subject: str | None = None
    start: str | None = None
    end: str | None = None
    source_app: str | None = None
    source_type: str | None = None
    job_no: str | None = None
    task_no: str | None = None
    back_office_id: str | None = None
    back_office_parent_id: str | None = None
    created_at: str | None = None
    created_by: str | None = None
    modified_at: datetime
    modified_by: str | None = None
    modified_ticks: int | None = Field(default=None, ge=0, lt=_LAST)
    rowversion: str | None = Field(default=None, pattern=r"^[0-9a-f]{16}$")
    reported_modified_at: str | None = None

    @property
    def ticks(self) -> int:
        """The last-modified time in ticks. Messages of 0.1.0 have it in microseconds only."""
        if self.modified_ticks is not None:
            return self.modified_ticks
        return ticks_of(in_utc(self.modified_at))
