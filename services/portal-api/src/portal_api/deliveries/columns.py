"""The columns of the deliveries list (docs/adr/0014 explains which columns have an index)."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from portal_api.lists.column import AccessPath, Column, sort_enum

if TYPE_CHECKING:
    from collections.abc import Mapping

COLUMNS: Mapping[str, Column] = MappingProxyType(
    {
        "received_at": Column("received_at"),
        "changed_at": Column("changed_at"),
        "status": Column("status"),
        "phase": Column("phase", AccessPath.NONE),
        "connector_name": Column("connector_name"),
        "action": Column("action"),
        "trigger": Column("trigger"),
        "attempt": Column("attempt"),
        "code": Column("code"),
        "message": Column("message", AccessPath.NONE),
        "source_app": Column("appointment.source_app"),
        "source_type": Column("appointment.source_type", AccessPath.NONE),
        "job_no": Column("appointment.job_no"),
        "task_no": Column("appointment.task_no"),
        "subject": Column("appointment.subject"),
        "appointment_id": Column("appointment.appointment_id"),
        "appointment_no": Column("appointment.appointment_no", AccessPath.WORDS),
        "back_office_id": Column("appointment.back_office_id", AccessPath.WORDS),
        "start": Column("appointment.start", AccessPath.NONE),
        "end": Column("appointment.end", AccessPath.NONE),
        "modified_at": Column("appointment.modified_at", AccessPath.NONE),
        "modified_by": Column("appointment.modified_by", AccessPath.NONE),
        "http_status": Column("http_status", AccessPath.NONE),
        "duration_ms": Column("duration_ms", AccessPath.NONE),
        "tries": Column("tries", AccessPath.NONE),
        "retryable": Column("retryable", AccessPath.NONE),
        "outcome_unknown": Column("outcome_unknown", AccessPath.NONE),
        "replica": Column("replica", AccessPath.NONE),
        "overtaken": Column("overtaken_by.delivery_id", is_sortable=False),
        "applied": Column("applied.state", is_sortable=False),
        "connector_id": Column("connector_id", is_sortable=False),
        "cause": Column("cause", is_sortable=False),
        "appointment_key": Column("appointment.key", is_sortable=False),
    }
)
"""Columns by their name in conditions and orders. The store creates the indexes of the columns that
sort from this table.
"""

if TYPE_CHECKING:

    class DeliverySort(StrEnum):
        """The order of the list. A minus reverses it. Equal items follow by time of receipt."""

else:
    DeliverySort = sort_enum(
        "DeliverySort",
        "The order of the list. A minus reverses it. Equal items follow by time of receipt.",
        COLUMNS,
        newest_first={"received_at", "changed_at"},
    )
