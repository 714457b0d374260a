"""The columns of the deliveries list (docs/adr/0014 says which of them have an index, and why)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from portal_api.lists.column import Column, Way

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
        "appointment_no": Column("appointment.appointment_no", Way.WORDS),
        "back_office_id": Column("appointment.back_office_id", Way.WORDS),
        "source_type": Column("appointment.source_type", Way.NONE),
        "start": Column("appointment.start", Way.NONE),
        "end": Column("appointment.end", Way.NONE),
        "modified_at": Column("appointment.modified_at", Way.NONE),
        "modified_by": Column("appointment.modified_by", Way.NONE),
        "message": Column("message", Way.NONE),
        "http_status": Column("http_status", Way.NONE),
        "duration_ms": Column("duration_ms", Way.NONE),
        "tries": Column("tries", Way.NONE),
        "retryable": Column("retryable", Way.NONE),
        "outcome_unknown": Column("outcome_unknown", Way.NONE),
        "replica": Column("replica", Way.NONE),
        "phase": Column("phase", Way.NONE),
        "status": Column("status"),
    }
)
"""By the name that conditions and orders have for it."""
