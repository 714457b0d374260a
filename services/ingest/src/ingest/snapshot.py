"""Reads the PascalCase snapshot that Dime.Scheduler posts, in both published shapes
(domain.md, 4.2).
"""

from __future__ import annotations

import base64
import binascii
import json
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, StrictInt, ValidationError
from pydantic.alias_generators import to_pascal

from common.contracts.appointment import Appointment
from common.problem import field_errors
from ingest.errors import InvalidFieldError, UnreadableError
from ingest.moments import Arrival, Modified, Written, modified, read_date
from ingest.numbers import refuse_no_numbers

_DECODER = json.JSONDecoder()
_BLANK = " \t\r\n"
_ROWVERSION_BYTES = 8
_LONGEST_KEY = 200
Text = Annotated[str | None, Field(default=None)]


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
    id: StrictInt = Field(default=0, ge=0, lt=2**63, validation_alias=AliasChoices("Id", "id"))
    appointment_no: str | None = Field(
        default=None, validation_alias=AliasChoices("appointmentNo", "AppointmentNo")
    )
    appointment_guid: Text
    subject: Text
    start_date: Text
    end_date: Text
    created_date: Text
    created_user: Text
    last_modified_date: Text
    last_modified_user: Text
    backoffice_id: str | None = Field(default=None, validation_alias="BackofficeID")
    backoffice_parent_id: str | None = Field(default=None, validation_alias="BackofficeParentID")
    timestamp: Any = None
    task: _Task | None = None


def read_snapshot(text: str | bytes, source: str, arrival: Arrival | None = None) -> Appointment:
    """Return what the connector reads of one snapshot; raises UnreadableError or
    InvalidFieldError.
    """
    try:
        found = _Snapshot.model_validate_json(text)
    except ValidationError as error:
        raise _refusal(error) from None
    refuse_no_numbers(text)
    job = (found.task.job if found.task else None) or _Job()
    changed = _modified(found, arrival or Arrival(datetime.now(UTC)))
    return Appointment(
        key=_key(found, source),
        appointment_id=found.id,
        appointment_no=found.appointment_no,
        appointment_guid=found.appointment_guid,
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
        modified_at=changed.at,
        modified_by=found.last_modified_user,
        modified_ticks=changed.ticks,
        rowversion=rowversion_of(found.timestamp),
        reported_modified_at=changed.reported,
    )


def rowversion_of(timestamp: Any) -> str | None:
    """Return a SQL Server rowversion as 16 hexadecimal digits; None for all but the base64 text of
    8 bytes.
    """
    try:
        decoded = base64.b64decode(timestamp, validate=True)
    except (binascii.Error, TypeError, ValueError):
        return None
    return decoded.hex() if len(decoded) == _ROWVERSION_BYTES else None


def _key(found: _Snapshot, source: str) -> str:
    identity = str(found.id or found.appointment_guid or found.appointment_no or "")
    if not identity:
        raise _wrong("Id", "is missing; without it, AppointmentGuid or appointmentNo must be there")
    if not found.id and identity.isdecimal():
        identity = f"no-{identity}"  # not the appointment of this Id
    key = f"{source}/{identity}"
    if len(key) > _LONGEST_KEY:
        field = "AppointmentGuid" if found.appointment_guid else "appointmentNo"
        raise _wrong(field, f"is too long: {_LONGEST_KEY - len(source) - 1} characters at most")
    return key


def _modified(found: _Snapshot, arrival: Arrival) -> Modified:
    """Return the last-modified time; an appointment that was never modified has that of its
    creation.
    """
    for field, text in (
        ("LastModifiedDate", found.last_modified_date),
        ("CreatedDate", found.created_date),
    ):
        written = _written(field, text)
        if written is not None:
            return modified(written, arrival)
    raise _wrong("LastModifiedDate", "is missing; without it, CreatedDate must be there")


def _written(field: str, text: str | None) -> Written | None:
    """Return the date, or None where there is none: null, or .NET's minimum."""
    if not text:
        return None
    try:
        written = read_date(text)
    except ValueError as error:
        raise _wrong(field, str(error)) from None
    return None if written.is_missing else written


def _wrong(field: str, message: str) -> InvalidFieldError:
    return InvalidFieldError([{"field": field, "message": message}])


def split_snapshots(body: bytes) -> list[str]:
    """Return the JSON text of each appointment in the body, exactly as it was sent; raises
    UnreadableError, InvalidFieldError.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(f"The body is not UTF-8: byte {error.start} cannot be read") from None
    if not text.lstrip(_BLANK).startswith("["):
        return [text]
    try:
        return _elements(text.strip(_BLANK))
    except (json.JSONDecodeError, RecursionError, IndexError):
        raise UnreadableError("The body is not a JSON array of appointments") from None


def _elements(text: str) -> list[str]:
    found, position = [], _skip(text, 1)
    while text[position] != "]":
        _, end = _DECODER.raw_decode(text, position)
        found.append(text[position:end])
        position = _skip(text, end)
        if text[position] == ",":
            position = _skip(text, position + 1)
        elif text[position] != "]":
            raise json.JSONDecodeError("expected a comma", text, position)
    if position != len(text) - 1 or not found:
        raise InvalidFieldError(
            [{"field": "body", "message": "must be one appointment or an array of at least one"}]
        )
    return found


def _skip(text: str, position: int) -> int:
    while text[position] in _BLANK:
        position += 1
    return position


def _refusal(error: ValidationError) -> UnreadableError | InvalidFieldError:
    errors = error.errors(include_url=False, include_input=False)
    if errors[0]["type"] == "json_invalid":
        return UnreadableError(f"The body is not JSON: {errors[0]['ctx']['error']}")
    return InvalidFieldError(field_errors(errors))
