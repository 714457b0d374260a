"""The columns of the appointments list (docs/adr/0014 explains which columns have an index)."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from portal_api.lists.column import AccessPath, Column, sort_enum

if TYPE_CHECKING:
    from collections.abc import Mapping

COLUMNS: Mapping[str, Column] = MappingProxyType(
    {
        "last_transaction_at": Column("last_transaction_at"),
        "modified_at": Column("modified_at"),
        "modified_by": Column("modified_by"),
        "created_at": Column("created_at"),
        "created_by": Column("created_by"),
        "action": Column("action"),
        "phase": Column("phase"),
        "source_app": Column("source_app"),
        "source_type": Column("source_type", AccessPath.NONE),
        "job_no": Column("job_no"),
        "task_no": Column("task_no"),
        "subject": Column("subject"),
        "start": Column("start"),
        "end": Column("end", AccessPath.NONE),
        "appointment_id": Column("appointment_id"),
        "appointment_no": Column("appointment_no", AccessPath.WORDS),
        "appointment_guid": Column("appointment_guid"),
        "appointment_key": Column("_id"),
        "back_office_id": Column("back_office_id"),
        "back_office_parent_id": Column("back_office_parent_id", AccessPath.NONE),
    }
)
"""Columns by their name in conditions and orders. The store creates the indexes from this table."""

if TYPE_CHECKING:

    class AppointmentSort(StrEnum):
        """The order of the list. A minus reverses it."""

else:
    AppointmentSort = sort_enum(
        "AppointmentSort",
        "The order of the list. A minus reverses it.",
        COLUMNS,
        newest_first={"last_transaction_at", "modified_at"},
    )
