"""Reads the PascalCase snapshot that Dime.Scheduler posts, in both published shapes
(domain.md, 4.2).
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, StrictInt, ValidationError
from pydantic.alias_generators import to_pascal

from common.contracts.appointment import Appointment, in_utc
from common.problem import field_errors
from ingest.errors import InvalidFieldError, UnreadableError

_DECODER = json.JSONDecoder()
_BLANK = " \t\r\n"
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
    last_modified_date: datetime
    last_modified_user: Text
    backoffice_id: str | None = Field(default=None, validation_alias="BackofficeID")
    backoffice_parent_id: str | None = Field(default=None, validation_alias="BackofficeParentID")
    task: _Task | None = None


def read_snapshot(text: str | bytes, source: str) -> Appointment:
    """Return what the connector reads of one snapshot; raises UnreadableError or
    InvalidFieldError.
    """
    try:
        found = _Snapshot.model_validate_json(text)
    except ValidationError as error:
        raise _refusal(error) from None
    identity = found.id or found.appointment_guid or found.appointment_no
    if not identity:
        raise InvalidFieldError(
            [
                {
                    "field": "Id",
                    "message": (
                        "is missing; without it, AppointmentGuid or appointmentNo must be there"
                    ),
                }
            ]
        )
    job = (found.task.job if found.task else None) or _Job()
    return Appointment(
        key=f"{source}/{identity}"[:200],
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
        modified_at=in_utc(found.last_modified_date),
        modified_by=found.last_modified_user,
    )


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
