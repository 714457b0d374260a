"""The conditions of an operation: a query over stored deliveries, in MongoDB's extended JSON.

A message may come from a sender that is not portal-api. So a query may use only the fields and the
operators that the filters of the API need, and plain values (OWASP ASVS 4.0.3, 5.1.3 and 5.3.4).
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

LOGIC = frozenset({"$and", "$or", "$nor"})
LISTS = frozenset({"$in", "$nin", "$all"})
COMPARISONS = frozenset({"$eq", "$ne", "$gt", "$gte", "$lt", "$lte"})
FIELDS = frozenset(
    {
        *("_id", "action", "archived", "overtaken_by.delivery_id"),
        *("attempt", "cause", "changed_at", "code", "connector_id"),
        *("connector_name", "duration_ms", "http_status", "message", "outcome_unknown", "phase"),
        *("received_at", "recorded_at", "replica", "retryable", "status", "transaction_id"),
        *("applied.state", "tries", "trigger", "words"),
        *(
            f"appointment.{name}"
            for name in (
                *("appointment_id", "appointment_no", "back_office_id", "end", "job_no", "key"),
                *("modified_at", "modified_by", "source_app", "source_type", "start", "subject"),
                "task_no",
            )
        ),
    }
)
"""The fields of a stored delivery with a filter in the API."""
MAX_DEPTH = 8
MAX_VALUES = 10_000
"""The most values of one list. A filter by phase lists every connector whose lane is held."""
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z", re.ASCII)
_LONG = re.compile(r"-?\d{1,19}", re.ASCII)
_INT64 = range(-(2**63), 2**63)


def check_conditions(query: object, depth: int = 0) -> None:
    """Check a query. Raises ValueError, which names the first part that is not allowed."""
    if not isinstance(query, dict):
        raise ValueError("must not use anything but a query where a query is expected")  # noqa: TRY004 - pydantic's
    if depth > MAX_DEPTH:
        raise ValueError(f"must not use more than {MAX_DEPTH} queries inside each other")
    for name, operand in query.items():
        if name in LOGIC:
            for inner in _list(name, operand):
                check_conditions(inner, depth + 1)
        elif name.startswith("$"):
            raise ValueError(f"must not use {name}")
        elif name not in FIELDS:
            raise ValueError(f"must not use the field {name[:100]}")
        else:
            _check_comparisons(operand)


def _check_comparisons(operand: object, *, is_negated: bool = False) -> None:
    """Check a plain value, or the comparisons with a field."""
    if not isinstance(operand, dict) or _is_extended(operand):
        _check_value(operand)
        return
    for name, value in operand.items():
        if name == "$not" and not is_negated and isinstance(value, dict):
            _check_comparisons(value, is_negated=True)
        elif name in LISTS:
            for one in _list(name, value):
                _check_value(one)
        elif name in COMPARISONS:
            _check_value(value)
        else:
            raise ValueError(f"must not use {name[:100]}")


def _check_value(value: object) -> None:
    """Check a text, a whole number of 64 bits, a boolean, null, or a time."""
    if value is None or isinstance(value, str | bool):
        return
    if isinstance(value, int) and value in _INT64:
        return
    if isinstance(value, dict) and _is_extended(value):
        ((name, content),) = value.items()
        if name == "$date" and isinstance(content, dict):
            name, content = next(iter(content.items()), ("", None))
        if name == "$date" and isinstance(content, str) and _DATE.fullmatch(content):
            datetime.fromisoformat(content)
            return
        if name == "$numberLong" and isinstance(content, str) and _LONG.fullmatch(content):
            _check_value(int(content))
            return
    raise ValueError("must not use a value that is no text, whole number, boolean, null or time")


def _is_extended(value: dict[str, Any]) -> bool:
    """Whether this is a value in extended JSON, such as ``{"$date": "2026-07-21T00:00:00Z"}``."""
    return len(value) == 1 and bool(value.keys() & {"$date", "$numberLong"})


def _list(name: str, operand: object) -> list[Any]:
    if not isinstance(operand, list | tuple) or not len(operand) <= MAX_VALUES:
        raise ValueError(f"must not use {name} without a list of at most {MAX_VALUES:,}")
    return list(operand)
