"""Examples in the API documentation: an appointment of the demo company, sent to a webhook."""

from __future__ import annotations

from typing import Any

FAILED = "[DSWBHK020] The back office answered with status code 502."
TIMES = {"received_at": "2026-07-21T14:03:10.120Z", "changed_at": "2026-07-21T14:03:11.480Z"}
APPOINTMENT_FIELDS = {
    "appointment_id": 37743,
    "subject": "Replace compressor",
    "start": "2026-07-22T08:00:00",
    "end": "2026-07-22T10:00:00",
    "source_app": "CRONUSINTERNATIONALLTD.",
    "source_type": "OPPT",
    "job_no": "OP100001",
    "task_no": "OP100001",
    "modified_at": "2026-07-21T14:03:09.447Z",
    "modified_by": "PLANNER",
}
DELIVERY: dict[str, Any] = {
    "delivery_id": "3f9b2c41d07e4a6f8f1c5e2d9a7b6043.7d3f0c2a91be",
    "transaction_id": "3f9b2c41d07e4a6f8f1c5e2d9a7b6043",
    "connector_id": "7d3f0c2a91be",
    "connector_name": "Service orders",
    "connector_version": 4,
    "action": "update",
    "phase": "done",
    "status": "Failed",
    "trigger": "Service",
    "attempt": 1,
    "tries": 3,
    "code": "DSWBHK020",
    "message": FAILED,
    "http_status": 502,
    "duration_ms": 812.4,
    "retryable": True,
    "outcome_unknown": False,
    "replica": "dispatcher-1",
    "archived": False,
    "cause": "b43d4591e6278eae",
    "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
    "appointment": {"key": "demo/37743"} | APPOINTMENT_FIELDS,
} | TIMES
LATEST = {
    name: DELIVERY[name]
    for name in ("connector_id", "connector_name", "delivery_id", "status", "phase")
}
APPOINTMENT: dict[str, Any] = APPOINTMENT_FIELDS | {
    "appointment_key": "demo/37743",
    "action": "update",
    "created_at": "2026-07-20T09:12:00",
    "created_by": "PLANNER",
    "last_transaction_at": TIMES["received_at"],
    "phase": "done",
    "deliveries": [LATEST],
}
CAUSE: dict[str, Any] = {
    "cause": "b43d4591e6278eae",
    "count": 12,
    "code": "DSWBHK020",
    "status": "Failed",
    "message": FAILED,
    "connector_id": "7d3f0c2a91be",
    "connector_name": "Service orders",
    "first_seen": "2026-07-21T09:40:02Z",
    "last_seen": TIMES["received_at"],
    "delivery_id": DELIVERY["delivery_id"],
    "note": {
        "text": "The receiver is being repaired.",
        "at": "2026-07-21T15:00:00Z",
        "by": "operator1",
    },
}
VERSION: dict[str, Any] = {
    "connector_id": "7d3f0c2a91be",
    "version": 4,
    "name": "Service orders",
    "description": None,
    "source_app": "CRONUSINTERNATIONALLTD.",
    "source_type": None,
    "enabled": True,
    "system": "Webhook",
    "api_type": "REST",
    "uri": "https://hooks.cronus.example/appointments",
    "actions": ["create", "update", "delete"],
    "authentication": {"type": "Basic", "login": "DIME"},
    "time_zone": "UTC",
    "mapping": None,
    "ca_certificate": None,
    "header_names": [],
    "limits": {"connect_timeout_s": 5.0, "total_timeout_s": 60.0, "partitions": 1},
    "sends_missing_create": True,
    "newest_only": False,
    "recognises_delivery_id": True,
    "missing_after_s": 600.0,
    "applied": {"preset": "off", "interval_s": 60.0, "give_up_after_h": 72.0},
    "secrets": ["password"],
    "modified_at": "2026-07-21T14:20:00Z",
    "modified_by": "admin1",
    "secrets_entered": {"password": 4},
    "changed": ["uri", "secrets.password"],
}
SAVED_VIEW_FIELDS: dict[str, Any] = {
    "name": "Refused this week",
    "list": "errors",
    "query": {
        "status": "Failed",
        "code": ["DSWBHK020", "DSWBHK022"],
        "received_from": "2026-07-20T00:00:00Z",
        "sort": "-changed_at",
    },
    "shared": True,
}
VIEW = SAVED_VIEW_FIELDS | {
    "saved_view_id": "5c1c0b6e9f2a4d0f8a0e6d7b3c2f1a90",
    "owner": "OPERATOR",
    "mine": True,
    "changed_at": "2026-07-21T15:00:00Z",
}
NEXT = "WyJGYWlsZWQiLCAiM2Y5YiJd"
PROBLEM: dict[str, Any] = {
    "type": "about:blank",
    "title": "Unprocessable Entity",
    "status": 422,
    "detail": "received_to: must be more than received_from",
    "errors": [{"field": "received_to", "message": "must be more than received_from"}],
}


def page_of(item: dict[str, Any], following: str | None = NEXT) -> dict[str, Any]:
    """Return the example of a page with one item."""
    return {"example": {"items": [item], "next": following}}
