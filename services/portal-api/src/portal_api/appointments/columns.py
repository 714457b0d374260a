"""The columns of the appointments list (docs/adr/0014 says which of them have an
index, and why).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from portal_api.lists.column import AccessPath, Column

if TYPE_CHECKING:
    from collections.abc import Mapping

_INDEXED = (
    "last_transaction_at",
    "modified_at",
    "modified_by",
    "created_at",
    "created_by",
    "action",
    "phase",
    "source_app",
    "job_no",
    "task_no",
    "subject",
    "start",
    "appointment_id",
    "appointment_guid",
    "back_office_id",
)
COLUMNS: Mapping[str, Column] = MappingProxyType(
    {name: Column(name) for name in _INDEXED}
    | {
        "appointment_key": Column("_id"),
        "appointment_no": Column("appointment_no", AccessPath.WORDS),
        "back_office_parent_id": Column("back_office_parent_id", AccessPath.NONE),
        "source_type": Column("source_type", AccessPath.NONE),
        "end": Column("end", AccessPath.NONE),
    }
)
"""By the name that conditions and orders have for it; each one with an index of its own
gets it from here.
"""
