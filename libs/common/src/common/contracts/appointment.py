"""The appointment as a planner left it: what the connector reads of it, and the
snapshot as it came.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum

from pydantic import Field

from common.contracts.message import Message


class Action(StrEnum):
    """What the planner did; I, U and D on the wire to BC and NAV (domain.md, section 2)."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class Appointment(Message):
    """The facts of one snapshot that the connector itself works with.

    ``key`` names the appointment among all: ``<source>/<Dime.Scheduler's id>``. Dates are
    Dime.Scheduler's own text, offset or none, never changed (domain.md, 4.9). ``modified_at`` is
    the ordering value: its last-modified time, read as UTC when it names no offset.
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

    @property
    def fence(self) -> int:
        """The ordering value in milliseconds since 1970: a later snapshot has a higher one."""
        return int(self.modified_at.timestamp() * 1000)


def in_utc(moment: datetime) -> datetime:
    """Return the moment as aware UTC; one without an offset is taken as UTC (domain.md, 4.9)."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
