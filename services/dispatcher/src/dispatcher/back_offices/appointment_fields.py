"""The fields of an appointment under the names that mappings use (domain.md, 4.2 and 4.4)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from common.contracts.appointment import Action
from dispatcher.back_offices.dates import read_date
from dispatcher.back_offices.snapshot import INT32, field_error, read_snapshot
from dispatcher.back_offices.value_limits import date_violation

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from common.contracts.transaction import TransactionReceived
    from dispatcher.back_offices.dates import SnapshotDate
    from dispatcher.back_offices.value_limits import DecimalLimits

Value = str | int | Decimal | bool | None
ACTION_CODES = {Action.CREATE: "I", Action.UPDATE: "U", Action.DELETE: "D"}


class AppointmentFields(NamedTuple):
    """The fields of an appointment, of its resources and of its field values.

    Their names are those of the mappings. A field without a value is None.
    """

    fields: dict[str, Value]
    resources: list[dict[str, Value]]
    field_values: list[dict[str, Value]]


DATES = {
    "start": "StartDate",
    "end": "EndDate",
    "last_modified_date": "LastModifiedDate",
    "created_date": "CreatedDate",
}
"""The date fields with their names in the snapshot."""
DECIMALS = {
    "planning_quantity": "PlanningQty",
    "planning_uom_conversion": "PlanningUOMConversion",
}
"""The decimal fields with their names in the snapshot."""


def fields_of(
    transaction: TransactionReceived, zone: ZoneInfo, limits: DecimalLimits
) -> AppointmentFields:
    """Return the fields of a transaction's snapshot. Dates without an offset get that of the zone.

    Raises RefusedError with the name of a field that cannot be sent, or that the back office cannot
    hold.
    """
    snapshot = read_snapshot(transaction.body)
    fields: dict[str, Value] = snapshot.model_dump(
        exclude={"task", "time_marker", "category", "assignments", "field_values"}
    )
    for field, name in DECIMALS.items():
        _check_decimal(name, fields[field], limits)
    dates = {field: _date(name, fields[field], zone) for field, name in DATES.items()}
    fields |= {field: date.text if date else None for field, date in dates.items()}
    fields |= {
        "time_marker": snapshot.time_marker.name,
        "category": snapshot.category.name,
        "task_no": snapshot.task.task_no,
    }
    fields |= snapshot.task.job.model_dump() | {
        "database_action": ACTION_CODES[transaction.action],
        "duration_s": _duration_s(dates["start"], dates["end"]),
    }
    resources = [
        assignment.resource.model_dump(exclude={"resource_type"})
        | {"resource_type": assignment.resource.resource_type.display_name}
        for assignment in snapshot.assignments
    ]
    values = [value.model_dump() for value in snapshot.field_values]
    return AppointmentFields(fields, resources, values)


def _date(name: str, text: Value, zone: ZoneInfo) -> SnapshotDate | None:
    if text is None:
        return None
    try:
        date = read_date(str(text), zone)
    except (ValueError, OverflowError) as error:
        raise field_error(name, str(error)) from None
    violation = date_violation(date) if date else None
    if violation:
        raise field_error(name, violation)
    return date


def _check_decimal(name: str, value: Value, limits: DecimalLimits) -> None:
    violation = limits.violation_of(value) if isinstance(value, Decimal) else None
    if violation:
        raise field_error(name, violation)


def _duration_s(start: SnapshotDate | None, end: SnapshotDate | None) -> int | None:
    if start is None or end is None:
        return None
    seconds = int((end.moment - start.moment).total_seconds())
    if abs(seconds) > INT32:
        raise field_error(
            "EndDate", "the seconds since StartDate are more than the back office holds"
        )
    return seconds
