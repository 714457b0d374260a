"""The filters of lists, each with the sentence that its option shows (docs/search.md)."""

from __future__ import annotations

import contextlib
from typing import Any

from mboc_client.arguments.filter import (
    Filter,
    begins,
    empty,
    exact,
    number_range,
    time_range,
)

STATUSES = (
    "Success",
    "MBOC Publish Disabled",
    "MBOC Not Provided",
    "Invalid MBOC Back Office System",
    "Invalid MBOC Back Office Type",
    "Invalid MBOC URI",
    "Skipped",
    "Failed",
)
PHASES = ("pending", "in progress", "held", "done", "archived")
ACTIONS = ("create", "update", "delete")
TRIGGERS = ("Service", "Website", "Timer job")
APPLIED_STATES = ("waiting", "applied", "refused", "reverted", "cannot be told")
LEVELS = ("debug", "info", "warning", "error", "critical")
SERVICES = ("ingest", "dispatcher", "retry", "portal-api")
FLAG_VALUES = ("true", "false")


_TEXTS = {
    "source_app": "source app",
    "job_no": "job number",
    "task_no": "task number",
    "subject": "subject",
    "modified_by": "last editor",
}
_SEARCH = Filter(
    "search",
    "Only items that contain all of these words, in any case, in subject, numbers or message.",
    short="-q",
)
_PHASE = Filter("phase", "Only items in this phase. Repeat for several.", values=PHASES, short="-p")
_CONNECTOR_ID = Filter(
    "connector_id", "Only items of this connector. Repeat for several.", short="-c"
)
_ACTION = Filter("action", "Only items with this action. Repeat for several.", values=ACTIONS)
_COMMON_FILTERS = (
    _SEARCH,
    Filter(
        "status", "Only items with this status. Repeat for several.", values=STATUSES, short="-s"
    ),
    _PHASE,
    _CONNECTOR_ID,
    _ACTION,
    *(exact(name, noun) for name, noun in _TEXTS.items()),
    *(begins(name, noun) for name, noun in _TEXTS.items()),
    *(empty(name, noun) for name, noun in _TEXTS.items()),
    exact("source_type", "source type"),
    empty("source_type", "source type"),
    exact("appointment_key", "appointment key"),
    exact("appointment_id", "appointment id", "number"),
    *number_range("appointment_id", "appointment id"),
    exact("appointment_no", "appointment number"),
    empty("appointment_no", "appointment number"),
    exact("back_office_id", "id in the back office"),
    empty("back_office_id", "id in the back office"),
    *time_range("modified", "were modified"),
    *time_range("start", "start"),
    *time_range("end", "end"),
)
DELIVERY_FILTERS = (
    *_COMMON_FILTERS,
    Filter(
        "troubled",
        "Only deliveries that ended neither as Success nor as Skipped (true), or the others "
        "(false).",
        "flag",
    ),
    Filter("archived", "The archive (true), or the deliveries outside of it (false).", "flag"),
    Filter("status_empty", "Only deliveries under way (true), or with a status (false).", "flag"),
    Filter(
        "overtaken",
        "Only deliveries without success whose appointment was delivered in a newer version "
        "(true), or the others (false).",
        "flag",
    ),
    Filter(
        "applied",
        "Only deliveries whose record has this state at the back office. Repeat for several.",
        values=APPLIED_STATES,
    ),
    Filter(
        "trigger",
        "Only deliveries whose last attempt has this trigger. Repeat for several.",
        values=TRIGGERS,
    ),
    exact("connector_name", "connector name"),
    begins("connector_name", "connector name"),
    empty("connector_name", "connector name"),
    Filter("transaction_id", "Only deliveries of this transaction. Repeat for several."),
    Filter("cause", "Only failures of this cause (`mboc errors causes`). Repeat for several."),
    Filter("code", "Only failures with this code (docs/faults.md). Repeat for several."),
    begins("code", "code"),
    empty("code", "code"),
    begins("message", "message"),
    empty("message", "message"),
    *time_range("received", "were received"),
    *time_range("changed", "changed"),
    Filter(
        "attempt", "Only deliveries with this number of attempts. Repeat for several.", "number"
    ),
    *number_range("attempt", "number of attempts"),
    exact("http_status", "HTTP status", "number"),
    *number_range("duration_ms", "duration in milliseconds"),
    *number_range("tries", "number of tries in the last attempt"),
    Filter(
        "retryable", "Only failures that are worth a retry (true), or the others (false).", "flag"
    ),
    Filter(
        "outcome_unknown",
        "Only deliveries that the back office may have stored although no answer came (true), or "
        "the others (false).",
        "flag",
    ),
    Filter("replica", "Only deliveries of this replica of dispatcher. Repeat for several."),
)
APPOINTMENT_FILTERS = (
    *_COMMON_FILTERS,
    exact("appointment_guid", "appointment guid"),
    empty("appointment_guid", "appointment guid"),
    begins("back_office_id", "id in the back office"),
    exact("back_office_parent_id", "parent id in the back office"),
    empty("back_office_parent_id", "parent id in the back office"),
    exact("created_by", "creator"),
    begins("created_by", "creator"),
    empty("created_by", "creator"),
    *time_range("created", "were created"),
    *time_range("last_transaction", "had their last transaction"),
)
OPERATION_FILTERS = (
    Filter("state", "Only operations in this state."),
    Filter(
        "kind", "Only operations of this kind.", values=("retry", "check", "archive", "restore")
    ),
    Filter("asked_by", "Only operations of this user."),
)
AUDIT_FILTERS = (
    Filter("who", "Only entries of this user."),
    Filter("action", "Only entries with this action."),
    Filter("target", "Only entries with this target, such as the name of a user."),
    Filter("at_from", "Only entries at this time or later.", "time"),
    Filter("at_to", "Only entries before this time.", "time"),
)
LOG_FILTERS = (
    Filter("level", "Only lines of this level or a worse one.", values=LEVELS, short="-l"),
    Filter("service", "Only lines of this service.", values=SERVICES),
    Filter("replica", "Only lines of this replica."),
    Filter("delivery_id", "Only lines of this delivery."),
    Filter("search", "Only lines with all of these words, in any case.", short="-q"),
    Filter("at_from", "Only lines at this time or later.", "time"),
    Filter("at_to", "Only lines before this time.", "time"),
)
FIGURE_FILTERS = (
    Filter("at_from", "Only intervals that begin at this time or later.", "time"),
    Filter("at_to", "Only intervals that begin before this time.", "time"),
    Filter(
        "connector_id",
        "Only figures of this connector, or `-` for changes without a connector.",
        short="-c",
    ),
)
DAILY_FILTERS = frozenset(
    {
        "search",
        "status",
        "phase",
        "connector_id",
        "source_app",
        "job_no",
        "subject",
        "code",
        "cause",
        "received_from",
        "received_to",
        "archived",
    }
)
_KINDS = {one.name: one.kind for one in DELIVERY_FILTERS}


def to_body(filters: dict[str, Any]) -> dict[str, Any]:
    """Return filters of deliveries as the body of a request takes them, with numbers and true or
    false instead of text.

    A value of another kind stays text, and the API names it.
    """
    return {
        name: [_to_body(name, one) for one in value]
        if isinstance(value, list)
        else _to_body(name, value)
        for name, value in filters.items()
    }


def _to_body(name: str, value: Any) -> Any:
    match _KINDS.get(name):
        case "flag":
            return {"true": True, "false": False}.get(value, value)
        case "number":
            with contextlib.suppress(ValueError, TypeError):
                return int(value)
    return value
