"""What lists can be filtered by; each may be given several times where the API takes several values
(docs/search.md).
"""

from __future__ import annotations

import contextlib
from typing import Any

_TEXTS = ("source_app", "job_no", "task_no", "subject", "modified_by")
_BOTH = (
    "search",
    "status",
    "phase",
    "connector_id",
    "action",
    *_TEXTS,
    *(f"{name}_begins" for name in _TEXTS),
    *(f"{name}_empty" for name in _TEXTS),
    "source_type",
    "source_type_empty",
    "appointment_key",
    "appointment_id",
    "appointment_id_from",
    "appointment_id_to",
    "appointment_no",
    "appointment_no_empty",
    "back_office_id",
    "back_office_id_empty",
    "modified_from",
    "modified_to",
    "start_from",
    "start_to",
    "end_from",
    "end_to",
)
DELIVERIES = (
    *_BOTH,
    "troubled",
    "archived",
    "status_empty",
    "trigger",
    "connector_name",
    "connector_name_begins",
    "connector_name_empty",
    "transaction_id",
    "cause",
    "code",
    "code_begins",
    "code_empty",
    "message_begins",
    "message_empty",
    "received_from",
    "received_to",
    "changed_from",
    "changed_to",
    "attempt",
    "attempt_from",
    "attempt_to",
    "http_status",
    "duration_ms_from",
    "duration_ms_to",
    "tries_from",
    "tries_to",
    "retryable",
    "outcome_unknown",
    "replica",
)
APPOINTMENTS = (
    *_BOTH,
    "appointment_guid",
    "appointment_guid_empty",
    "back_office_id_begins",
    "back_office_parent_id",
    "back_office_parent_id_empty",
    "created_by",
    "created_by_begins",
    "created_by_empty",
    "created_from",
    "created_to",
    "last_transaction_from",
    "last_transaction_to",
)
_FLAGS = {
    "troubled",
    "archived",
    "retryable",
    "outcome_unknown",
    *(name for name in DELIVERIES if name.endswith("_empty")),
}
_NUMBERS = {
    "attempt",
    "http_status",
    "appointment_id",
    *(
        f"{name}_{end}"
        for name in ("appointment_id", "attempt", "duration_ms", "tries")
        for end in ("from", "to")
    ),
}


def typed(filters: dict[str, Any]) -> dict[str, Any]:
    """Return deliveries' filters as a body has them: numbers, and true or false,
    are no texts there.

    What is neither stays, for the API to name.
    """
    return {
        name: [_typed(name, one) for one in value]
        if isinstance(value, list)
        else _typed(name, value)
        for name, value in filters.items()
    }


def _typed(name: str, value: Any) -> Any:
    if name in _FLAGS:
        return {"true": True, "false": False}.get(value, value)
    if name in _NUMBERS:
        with contextlib.suppress(ValueError, TypeError):
            return int(value)
    return value
