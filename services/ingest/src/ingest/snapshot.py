"""Parses the PascalCase snapshot that Dime.Scheduler posts, in both published shapes.

The shapes are in domain.md, 4.2.
"""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    StrictInt,
    ValidationError,
)
from pydantic.alias_generators import to_pascal

from common.contracts.appointment import Appointment
from common.problem import field_errors
from ingest.appointment_key import appointment_key
from ingest.dates import Arrival, ModifiedTime, ParsedDate, modified_time, parse_date
from ingest.errors import InvalidFieldError, UnreadableError
from ingest.non_finite import refuse_non_finite

_ROWVERSION_BYTES = 8
MAX_TEXT_LENGTH = 4_000
"""Most characters of a text in lists. The body is passed on whole."""


def _truncate(text: str | None) -> str | None:
    return text and text[:MAX_TEXT_LENGTH]


Text = Annotated[str | None, Field(default=None), AfterValidator(_truncate)]


class _Part(BaseModel):
    model_config = ConfigDict(alias_generator=to_pascal, extra="ignore")


class _Job(_Part):
    source_app: Text
    source_type: Text
    job_no: Text


class _Task(_Part):
    task_no: Text
    job: _Job | None = None


class _Snapshot(_Part):
    id: Annotated[StrictInt, Field(ge=0, lt=2**63)] | None = Field(
        default=None, validation_alias=AliasChoices("Id", "id")
    )
    appointment_no: str | None = Field(
        default=None, validation_alias=AliasChoices("appointmentNo", "AppointmentNo")
    )
    appointment_guid: str | None = None
    subject: Text
    start_date: Text
    end_date: Text
    created_date: Text
    created_user: Text
    last_modified_date: Text
    last_modified_user: Text
    backoffice_id: Text = Field(validation_alias="BackofficeID")
    backoffice_parent_id: Text = Field(validation_alias="BackofficeParentID")
    timestamp: Any = None
    task: _Task | None = None


def read_snapshot(text: str | bytes, source: str, arrival: Arrival | None = None) -> Appointment:
    """Return the appointment of one snapshot; raises UnreadableError or InvalidFieldError."""
    try:
        found = _Snapshot.model_validate_json(text)
    except ValidationError as error:
        raise _ingest_error(error) from None
    refuse_non_finite(text)
    job = (found.task.job if found.task else None) or _Job()
    modified = _modified_time(found, arrival or Arrival(datetime.now(UTC)))
    return Appointment(
        key=appointment_key(source, found.id or 0, found.appointment_guid, found.appointment_no),
        appointment_id=found.id or 0,
        appointment_no=_truncate(found.appointment_no),
        appointment_guid=_truncate(found.appointment_guid),
        subject=found.subject,
        start=found.start_date,
        end=found.end_date,
        source_app=job.source_app,
        source_type=job.source_type,
        job_no=job.job_no,
        task_no=found.task.task_no if found.task else None,
        back_office_id=found.backoffice_id,
        back_office_parent_id=found.backoffice_parent_id,
        created_at=found.created_date,
        created_by=found.created_user,
        modified_at=modified.at,
        modified_by=found.last_modified_user,
        modified_ticks=modified.ticks,
        rowversion=rowversion_of(found.timestamp),
        reported_modified_at=modified.reported,
    )


def rowversion_of(timestamp: Any) -> str | None:
    """Return a SQL Server rowversion as 16 hexadecimal digits, or None.

    A rowversion is the base64 text of 8 bytes.
    """
    try:
        decoded = base64.b64decode(timestamp, validate=True)
    except (binascii.Error, TypeError, ValueError):
        return None
    return decoded.hex() if len(decoded) == _ROWVERSION_BYTES else None


def _modified_time(found: _Snapshot, arrival: Arrival) -> ModifiedTime:
    """Return the last-modified time, or the time of creation if there is none."""
    for field, text in (
        ("LastModifiedDate", found.last_modified_date),
        ("CreatedDate", found.created_date),
    ):
        parsed = _parse_date(field, text)
        if parsed is not None:
            return modified_time(parsed, arrival)
    raise _field_error("LastModifiedDate", "is missing, and so is CreatedDate. Send one of them")


def _parse_date(field: str, text: str | None) -> ParsedDate | None:
    """Return the date, or None for null and .NET's minimum."""
    if not text:
        return None
    try:
        parsed = parse_date(text)
    except ValueError as error:
        raise _field_error(field, str(error)) from None
    return None if parsed.is_missing else parsed


def _field_error(field: str, message: str) -> InvalidFieldError:
    return InvalidFieldError([{"field": field, "message": message}])


def _ingest_error(error: ValidationError) -> UnreadableError | InvalidFieldError:
    errors = error.errors(include_url=False, include_input=False)
    if errors[0]["type"] == "json_invalid":
        return UnreadableError(f"The body is not JSON: {errors[0]['ctx']['error']}")
    return InvalidFieldError(field_errors(errors))
