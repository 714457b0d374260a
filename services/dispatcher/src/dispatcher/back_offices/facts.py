"""The facts of an appointment, read from its snapshot, under the names that mappings use
(domain.md, 4.2 and 4.4).
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import AliasChoices, BaseModel, BeforeValidator, Field, ValidationError

from common.contracts.appointment import Action
from dispatcher.errors import RefusedError

if TYPE_CHECKING:
    from common.contracts.transaction import TransactionReceived

Fact = str | int | float | bool | None
LETTERS = {Action.CREATE: "I", Action.UPDATE: "U", Action.DELETE: "D"}
_OFFSET = re.compile(r"(Z|[+-]\d{2}:?\d{2})$")


class Facts(NamedTuple):
    """What there is to say; a fact without a value is None."""

    fields: dict[str, Fact]
    resources: list[dict[str, Fact]]
    field_values: list[dict[str, Fact]]


def _or_empty(value: Any) -> Any:
    return {} if value is None else value


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
    field_value: Annotated[
        str | None, BeforeValidator(lambda value: value if value is None else str(value))
    ] = Field(default=None, validation_alias=AliasChoices("FieldValue", "fieldValue", "Value"))


class _Job(BaseModel):
    source_app: str | None = Field(default=None, alias="SourceApp")
    source_type: str | None = Field(default=None, alias="SourceType")
    job_no: str | None = Field(default=None, alias="JobNo")


class _Task(BaseModel):
    task_no: str | None = Field(default=None, alias="TaskNo")
    job: Annotated[_Job, BeforeValidator(_or_empty)] = Field(default=_Job(), alias="Job")


class _Coloured(BaseModel):
    name: str | None = Field(default=None, validation_alias=AliasChoices("Name", "DisplayName"))


class _Snapshot(BaseModel):
    appointment_id: int | None = Field(default=None, validation_alias=AliasChoices("Id", "id"))
    subject: str | None = Field(default=None, alias="Subject")
    body: str | None = Field(default=None, alias="Body")
    start: str | None = Field(default=None, alias="StartDate")
    end: str | None = Field(default=None, alias="EndDate")
    time_marker: Annotated[_Coloured, BeforeValidator(_or_empty)] = Field(
        default=_Coloured(), alias="TimeMarker"
    )
    category: Annotated[_Coloured, BeforeValidator(_or_empty)] = Field(
        default=_Coloured(), alias="Category"
    )
    importance: int | None = Field(default=None, alias="Importance")
    is_all_day_event: bool | None = Field(default=None, alias="IsAllDayEvent")
    non_working_time_s: int | None = Field(default=None, alias="NonWorkingTime")
    planning_quantity: float | None = Field(default=None, alias="PlanningQty")
    planning_uom: str | None = Field(default=None, alias="PlanningUOM")
    planning_uom_conversion: float | None = Field(default=None, alias="PlanningUOMConversion")
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


DATES = ("start", "end", "last_modified_date", "created_date")


def facts_of(transaction: TransactionReceived, time_zone: str) -> Facts:
    """Return the facts; dates that name no offset get that of ``time_zone``.

    Raises RefusedError naming a field that cannot be read.
    """
    snapshot = _read(transaction.body)
    zone = ZoneInfo(time_zone)
    fields: dict[str, Fact] = snapshot.model_dump(
        exclude={"task", "time_marker", "category", "assignments", "field_values"}
    )
    fields |= {
        name: with_offset(name, str(fields[name]), zone)
        for name in DATES
        if fields[name] is not None
    }
    fields |= {
        "time_marker": snapshot.time_marker.name,
        "category": snapshot.category.name,
        "task_no": snapshot.task.task_no,
    }
    fields |= snapshot.task.job.model_dump() | {
        "database_action": LETTERS[transaction.action],
        "duration_s": _seconds(fields),
    }
    resources = [
        a.resource.model_dump(exclude={"resource_type"})
        | {"resource_type": a.resource.resource_type.display_name}
        for a in snapshot.assignments
    ]
    return Facts(fields, resources, [value.model_dump() for value in snapshot.field_values])


def with_offset(field: str, text: str, zone: ZoneInfo) -> str:
    """Return the date with an offset: its own, never changed, or that of the zone
    (domain.md, 4.9).
    """
    if _OFFSET.search(text):
        return text
    try:
        moment = datetime.fromisoformat(text).replace(tzinfo=zone)
    except ValueError:
        raise RefusedError("DSCFG004", f"The appointment's {field} is no date.") from None
    plain = (
        text
        if "T" in text
        else f"{text}T00:00:00"
        if len(text) == len("2026-07-24")
        else text.replace(" ", "T")
    )
    return plain + (moment.isoformat()[-6:] if moment.utcoffset() else "Z")


def _read(body: str) -> _Snapshot:
    try:
        return _Snapshot.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        named = ".".join(map(str, first["loc"]))
        raise RefusedError(
            "DSCFG004", f"The appointment's field {named} cannot be sent: {first['msg']}."
        ) from None


def _seconds(fields: dict[str, Fact]) -> int | None:
    start, end = fields["start"], fields["end"]
    if start is None or end is None:
        return None
    return int(
        (datetime.fromisoformat(str(end)) - datetime.fromisoformat(str(start))).total_seconds()
    )
