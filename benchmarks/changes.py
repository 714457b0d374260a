"""The changes of the benchmarks: one appointment each, about 1.5 kB, in the published form."""

from __future__ import annotations

import json
from typing import Any

SOURCE_APP = "CRONUSBENCH"


def body_of(number: int) -> bytes:
    """Return the snapshot of appointment ``number``."""
    return json.dumps(_snapshot(number)).encode()


def _snapshot(number: int) -> dict[str, Any]:
    resource = {
        "ResourceNo": "JO",
        "DisplayName": "Jim Olive",
        "SourceApp": SOURCE_APP,
        "SourceType": "RESOURCE",
        "Department": "Service",
    }
    return {
        "Id": 1_000_000 + number,
        "ExternalId": 0,
        "appointmentNo": f"APP-{number:08}",
        "Subject": f"OP{number:06} Replace compressor",
        "Body": "Customer asked for a call 30 minutes ahead. " * 12,
        "StartDate": "2026-07-24T13:30:00",
        "EndDate": "2026-07-24T16:00:00",
        "Importance": 0,
        "Locked": False,
        "PlanningUOM": "H",
        "PlanningQty": 2.5,
        "CreatedDate": "2026-07-20T08:12:31.113",
        "CreatedUser": "planner@cronus.example",
        "LastModifiedDate": "2026-07-21T14:05:55.002",
        "LastModifiedUser": "planner@cronus.example",
        "Task": {
            "TaskNo": f"OP{number:06}",
            "Job": {"SourceApp": SOURCE_APP, "SourceType": "OPPT", "JobNo": f"OP{number:06}"},
        },
        "Category": {"Name": "INSTALL", "DisplayName": "Installation", "Color": "#2f9e44"},
        "TimeMarker": {"Name": "Confirmed", "Color": "#1971c2"},
        "Assignments": [
            {"AppointmentId": 1_000_000 + number, "ResourceId": 11, "Resource": resource}
        ],
        "AppointmentFieldValues": [],
        "AppointmentUrls": [],
    }
