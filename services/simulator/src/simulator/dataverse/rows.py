"""The records of Dataverse as rows, and the system jobs that processed them."""

from __future__ import annotations

import uuid
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from simulator.appointments.fields import APPOINTMENT
from simulator.back_offices.processing import ProcessingState
from simulator.back_offices.rows import fields_of
from simulator.odata.query import LABEL

if TYPE_CHECKING:
    from simulator.back_offices.processing import ProcessedState
    from simulator.back_offices.record import Record

KEY = "dime_dsappointmentid"
JOBS = "asyncoperations"
PROPERTIES = (KEY, *(field.dataverse for field in APPOINTMENT), "statecode", "statuscode")
JOB_PROPERTIES = (
    "asyncoperationid",
    "_regardingobjectid_value",
    "statuscode",
    "message",
    "friendlymessage",
)
SUCCEEDED, FAILED = 30, 31
"""The status codes of a finished system job (Microsoft: asyncoperation)."""
_CODES = MappingProxyType(
    {
        ProcessingState.NEW: (0, 1, "Active"),
        ProcessingState.ERROR: (0, 1, "Active"),
        ProcessingState.PROCESSED: (1, 2, "Inactive"),
        ProcessingState.REVERTED: (1, 863680001, "Reverted"),
    }
)
"""State code, status code and its label. A record whose job failed stays active."""


def row_of(record: Record, found: ProcessedState) -> dict[str, Any]:
    """Return the record with its codes."""
    state, status, label = _CODES[found.state]
    return {
        KEY: record.entity_id,
        **fields_of(record, lambda field: field.dataverse),
        "statecode": state,
        "statuscode": status,
        f"statuscode{LABEL}": label,
    }


def job_of(record: Record, found: ProcessedState) -> dict[str, Any] | None:
    """Return the system job of a record, or None before it has ended."""
    if found.state is ProcessingState.NEW:
        return None
    has_failed = found.state is ProcessingState.ERROR
    return {
        "asyncoperationid": str(uuid.uuid5(uuid.UUID(record.entity_id), "job")),
        "_regardingobjectid_value": record.entity_id,
        "statuscode": FAILED if has_failed else SUCCEEDED,
        "message": found.message,
        "friendlymessage": found.message,
    }
