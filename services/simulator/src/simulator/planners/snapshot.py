"""The full snapshot as Dime.Scheduler posts it, in PascalCase (domain.md, 4.2)."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from simulator.planners.cronus import BODY, PLANNER

if TYPE_CHECKING:
    from datetime import datetime

    from simulator.planners.appointment import Appointment
    from simulator.planners.cronus import Technician

_RESOURCE_ENDS: dict[str, Any] = {
    **dict.fromkeys(("Phone", "MobilePhone", "FieldServiceEmail", "PersonalEmail")),
    "ReplacementResource": False,
    **dict.fromkeys(("GpsTrackingResourceNo", "HomeCity", "HomeCountry", "TeamCode")),
    "TeamSort": 0,
    "TeamMemberSort": 0,
    **{f"FreeText{n}": None for n in range(1, 21)},
    **{f"FreeDecimal{n}": 0.0 for n in range(1, 11)},
    **{f"FreeBit{n}": False for n in range(1, 6)},
    **dict.fromkeys(
        (
            "DoNotShow",
            "ExchangeIntegrationEnabled",
            "GpsTrackingEnabled",
            "BulkPlanning",
            "BulkCapacity",
            "IsFiltered",
        ),
        False,
    ),
    **{
        name: []
        for name in (
            "ResourceCapacities",
            "ResourceGpsTrackings",
            "ResourceUrls",
            "ResourceFilterValues",
            "ProjectAssignments",
            "Calendars",
        )
    },
}
_COLLECTIONS: dict[str, list[Any]] = {
    name: []
    for name in (
        "AppointmentFieldValues",
        "AppointmentUrls",
        "AppointmentContainers",
        "Notifications",
        "Transactions",
    )
}


def snapshot(appointment: Appointment, row_version: int) -> bytes:
    """Return the appointment as Dime.Scheduler's JSON. ``row_version`` counts changes in its
    database.
    """
    found = {
        **_identity(appointment),
        **_times(appointment),
        **_planning(appointment, row_version),
        **_tracking(appointment),
        **_relations(appointment),
        "Assignments": [
            _assignment(appointment, technician) for technician in appointment.technicians
        ],
        **_COLLECTIONS,
    }
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()


def _identity(appointment: Appointment) -> dict[str, Any]:
    return {
        "Id": appointment.id,
        "ExternalId": 0,
        "appointmentNo": f"APP-{appointment.id:06d}",
        "AppointmentGuid": appointment.guid,
        "Subject": f"{appointment.job_no} {appointment.work.subject}",
        "Body": BODY,
    }


def _times(appointment: Appointment) -> dict[str, Any]:
    return {
        "StartDate": _text(appointment.start),
        "EndDate": _text(appointment.end),
        "IsAllDayEvent": False,
    }


def _planning(appointment: Appointment, row_version: int) -> dict[str, Any]:
    return {
        "Importance": 0,
        "Locked": False,
        "HiddenToUser": False,
        "AppointmentChanged": True,
        "PreventSynch": False,
        "UpdateTrigger": False,
        "Timestamp": base64.b64encode(row_version.to_bytes(8, "big")).decode(),
        "NonWorkingTime": 0,
        "PlanningUOM": "H",
        "PlanningUOMConversion": 1,
        "PlanningQty": appointment.hours,
        "UseFixPlanningQty": False,
        "RoundToUOM": False,
    }


def _tracking(appointment: Appointment) -> dict[str, Any]:
    return {
        "CreatedDate": _text(appointment.created_at, "milliseconds"),
        "CreatedUser": PLANNER,
        "LastModifiedDate": _text(appointment.modified_at, "milliseconds"),
        "LastModifiedUser": PLANNER,
        "SentFromBackoffice": False,
        "SentFromExchange": False,
        "BackofficeID": None,
        "BackofficeParentID": None,
        "IsRecurrenceException": False,
        "CapacityIndicator": False,
        "IgnoreCalendars": False,
    }


def _relations(appointment: Appointment) -> dict[str, Any]:
    job = {"SourceApp": appointment.source_app, "SourceType": "OPPT", "JobNo": appointment.job_no}
    work, marker = appointment.work, appointment.marker
    return {
        "Task": {"TaskNo": appointment.job_no, "Job": job},
        "Category": {
            "Name": work.category,
            "DisplayName": work.category_name,
            "HiddenToUser": False,
            "Color": work.color,
        },
        "TimeMarker": {"Name": marker.name, "Color": marker.color},
    }


def _assignment(appointment: Appointment, technician: Technician) -> dict[str, Any]:
    return {
        "AppointmentId": appointment.id,
        "ResourceId": technician.id,
        "Id": appointment.id * 100 + technician.id,
        "TaskAssignments": [],
        "Resource": _resource(technician, appointment.source_app),
    }


def _resource(technician: Technician, source_app: str) -> dict[str, Any]:
    return {
        "Id": technician.id,
        "Name": technician.name,
        "DisplayName": technician.name,
        "ResourceNo": technician.no,
        "SourceApp": source_app,
        "SourceType": "RESOURCE",
        "ResourceTypeId": 1,
        "ResourceType": {"DisplayName": "Technician"},
        "Department": "Service",
        "Email": technician.email,
        **_RESOURCE_ENDS,
    }


def _text(moment: datetime, precision: str = "seconds") -> str:
    """Return the date as Dime.Scheduler writes it, without an offset."""
    return moment.replace(tzinfo=None).isoformat(timespec=precision)
