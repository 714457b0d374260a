"""The fields of a snapshot that are sent to back offices, as Dime.Scheduler names them (domain.md,
4.2).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, Field, ValidationError

from common.exact_json import read_json
from dispatcher.errors import RefusedError

INT32 = 2**31 - 1
INT64 = 2**63 - 1


def _or_empty(value: Any) -> Any:
    return {} if value is None else value


def _as_text(value: Any) -> str | None:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return None if value is None else str(value)


Int32 = Annotated[int, Field(ge=-INT32 - 1, le=INT32)]
Int64 = Annotated[int, Field(ge=-INT64 - 1, le=INT64)]
Number = Annotated[Decimal, Field(allow_inf_nan=False)]


class _ResourceType(BaseModel):
    display_name: str | None = Field(default=None, alias="DisplayName")


class _Resource(BaseModel):
    source_app: str | None = Field(default=None, alias="SourceApp")
    source_type: str | None = Field(default=None, alias="SourceType")
    resource_type: Annotated[_ResourceType, BeforeValidator(_or_empty)] = Field(
        default=_ResourceType(), alias="ResourceType"
    )
    resource_no: str | None = Field(default=None, alias="ResourceNo")
    resource_name: str | None = Field(default=None, alias="Name")
    display_name: str | None = Field(default=None, alias="DisplayName")


class _Assignment(BaseModel):
    resource: Annotated[_Resource, BeforeValidator(_or_empty)] = Field(
        default=_Resource(), alias="Resource"
    )


class _FieldValue(BaseModel):
    field_code: str | None = Field(
        default=None, validation_alias=AliasChoices("FieldCode", "fieldCode", "Code")
    )
    field_value: Annotated[str | None, BeforeValidator(_as_text)] = Field(
        default=None, validation_alias=AliasChoices("FieldValue", "fieldValue", "Value")
    )


class _Job(BaseModel):
    source_app: str | None = Field(default=None, alias="SourceApp")
    source_type: str | None = Field(default=None, alias="SourceType")
    job_no: str | None = Field(default=None, alias="JobNo")


class _Task(BaseModel):
    task_no: str | None = Field(default=None, alias="TaskNo")
    job: Annotated[_Job, BeforeValidator(_or_empty)] = Field(default=_Job(), alias="Job")


class _Label(BaseModel):
    name: str | None = Field(default=None, validation_alias=AliasChoices("Name", "DisplayName"))


class Snapshot(BaseModel):
    """One appointment. Fields that are not sent to any back office are ignored."""

    appointment_id: Int64 | None = Field(default=None, validation_alias=AliasChoices("Id", "id"))
    subject: str | None = Field(default=None, alias="Subject")
    body: str | None = Field(default=None, alias="Body")
    start: str | None = Field(default=None, alias="StartDate")
    end: str | None = Field(default=None, alias="EndDate")
    time_marker: Annotated[_Label, BeforeValidator(_or_empty)] = Field(
        default=_Label(), alias="TimeMarker"
    )
    category: Annotated[_Label, BeforeValidator(_or_empty)] = Field(
        default=_Label(), alias="Category"
    )
    importance: Int32 | None = Field(default=None, alias="Importance")
    is_all_day_event: bool | None = Field(default=None, alias="IsAllDayEvent")
    non_working_time_s: Int32 | None = Field(default=None, alias="NonWorkingTime")
    planning_quantity: Number | None = Field(default=None, alias="PlanningQty")
    planning_uom: str | None = Field(default=None, alias="PlanningUOM")
    planning_uom_conversion: Number | None = Field(default=None, alias="PlanningUOMConversion")
    use_fix_planning_quantity: bool | None = Field(default=None, alias="UseFixPlanningQty")
    round_to_uom: bool | None = Field(default=None, alias="RoundToUOM")
    back_office_id: str | None = Field(default=None, alias="BackofficeID")
    back_office_parent_id: str | None = Field(default=None, alias="BackofficeParentID")
    sent_from_back_office: bool | None = Field(default=None, alias="SentFromBackoffice")
    last_modified_date: str | None = Field(default=None, alias="LastModifiedDate")
    last_modified_user: str | None = Field(default=None, alias="LastModifiedUser")
    created_date: str | None = Field(default=None, alias="CreatedDate")
    created_user: str | None = Field(default=None, alias="CreatedUser")
    task: Annotated[_Task, BeforeValidator(_or_empty)] = Field(default=_Task(), alias="Task")
    assignments: Annotated[list[_Assignment], BeforeValidator(lambda value: value or [])] = Field(
        default=[], alias="Assignments"
    )
    field_values: Annotated[list[_FieldValue], BeforeValidator(lambda value: value or [])] = Field(
        default=[], alias="AppointmentFieldValues"
    )


def read_snapshot(body: str) -> Snapshot:
    """Return the snapshot with its numbers digit by digit.

    Raises RefusedError with the name of an unreadable field. Half a surrogate pair is accepted,
    because JSON can escape it.
    """
    try:
        return Snapshot.model_validate(read_json(body))
    except ValidationError as error:
        raise _error_of(error) from None
    except (ValueError, RecursionError):
        raise RefusedError(
            "DSCFG004", "The appointment's snapshot cannot be sent: it is not JSON."
        ) from None


def _error_of(error: ValidationError) -> RefusedError:
    """Return the error that names the first unreadable field."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    name = ".".join(map(str, first["loc"])) or "snapshot"
    return field_error(name, first["msg"])


def field_error(name: str, reason: str) -> RefusedError:
    """Return the error for a field of the snapshot that cannot be sent."""
    return RefusedError("DSCFG004", f"The appointment's field {name} cannot be sent: {reason}.")
