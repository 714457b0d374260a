"""The columns of the deliveries list (docs/adr/0014 says which of them have an index, and why)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from portal_api.lists.column import AccessPath, Column

if TYPE_CHECKING:
    from collections.abc import Mapping

COLUMNS: Mapping[str, Column] = MappingProxyType(
    {
        "received_at": Column("received_at"),
        "changed_at": Column("changed_at"),
        "connector_id": Column("connector_id"),
        "connector_name": Column("connector_name"),
        "action": Column("action"),
        "trigger": Column("trigger"),
        "attempt": Column("attempt"),
        "code": Column("code"),
        "cause": Column("cause"),
        "source_app": Column("appointment.source_app"),
        "job_no": Column("appointment.job_no"),
        "task_no": Column("appointment.task_no"),
        "subject": Column("appointment.subject"),
        "appointment_id": Column("appointment.appointment_id"),
        "appointment_key": Column("appointment.key"),
        "appointment_no": Column("appointment.appointment_no", AccessPath.WORDS),
        "back_office_id": Column("appointment.back_office_id", AccessPath.WORDS),
        "source_type": Column("appointment.source_type", AccessPath.NONE),
        "start": Column("appointment.start", AccessPath.NONE),
        "end": Column("appointment.end", AccessPath.NONE),
        "modified_at": Column("appointment.modified_at", AccessPath.NONE),
        "modified_by": Column("appointment.modified_by", AccessPath.NONE),
        "message": Column("message", AccessPath.NONE),
        "http_status": Column("http_status", AccessPath.NONE),
        "duration_ms": Column("duration_ms", AccessPath.NONE),
        "tries": Column("tries", AccessPath.NONE),
        "retryable": Column("retryable", AccessPath.NONE),
        "outcome_unknown": Column("outcome_unknown", AccessPath.NONE),
        "replica": Column("replica", AccessPath.NONE),
        "phase": Column("phase", AccessPath.NONE),
        "status": Column("status"),
    }
)
"""By the name that conditions and orders have for it."""
