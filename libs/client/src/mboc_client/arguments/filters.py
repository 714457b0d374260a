"""The filters of lists, each with the sentence that its option shows (docs/search.md)."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any, Literal

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
LEVELS = ("debug", "info", "warning", "error", "critical")
SERVICES = ("ingest", "dispatcher", "retry", "portal-api")
FLAG_VALUES = ("true", "false")


@dataclass(frozen=True)
class Filter:
    """One filter of a list: ``name`` is the parameter of the API.

    ``values`` are completed by the shell. The API alone refuses a value.
    """

    name: str
    help: str
    kind: Literal["text", "flag", "number", "time"] = "text"
    values: tuple[str, ...] = ()
    short: str | None = None

    @property
    def option(self) -> str:
        """The long option."""
        return f"--{self.name.replace('_', '-')}"


def _article(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def _exact(name: str, noun: str, kind: Literal["text", "number"] = "text") -> Filter:
    return Filter(name, f"Only items with this {noun}. Repeat for several.", kind)


def _begins(name: str, noun: str) -> Filter:
    return Filter(f"{name}_begins", f"Only items with {_article(noun)} that begins with this text.")


def _empty(name: str, noun: str) -> Filter:
    return Filter(
        f"{name}_empty", f"Only items without {_article(noun)} (true), or with one (false).", "flag"
    )


def _number_range(name: str, noun: str) -> tuple[Filter, Filter]:
    return (
        Filter(f"{name}_from", f"Only items with {_article(noun)} of at least this.", "number"),
        Filter(f"{name}_to", f"Only items with {_article(noun)} below this.", "number"),
    )


def _time_range(name: str, verb: str) -> tuple[Filter, Filter]:
    return (
        Filter(f"{name}_from", f"Only items that {verb} at this time or later.", "time"),
        Filter(f"{name}_to", f"Only items that {verb} before this time.", "time"),
    )


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
_BOTH = (
    _SEARCH,
    Filter(
        "status", "Only items with this status. Repeat for several.", values=STATUSES, short="-s"
    ),
    _PHASE,
    _CONNECTOR_ID,
    _ACTION,
    *(_exact(name, noun) for name, noun in _TEXTS.items()),
    *(_begins(name, noun) for name, noun in _TEXTS.items()),
    *(_empty(name, noun) for name, noun in _TEXTS.items()),
    _exact("source_type", "source type"),
    _empty("source_type", "source type"),
    _exact("appointment_key", "appointment key"),
    _exact("appointment_id", "appointment id", "number"),
    *_number_range("appointment_id", "appointment id"),
    _exact("appointment_no", "appointment number"),
    _empty("appointment_no", "appointment number"),
    _exact("back_office_id", "id in the back office"),
    _empty("back_office_id", "id in the back office"),
    *_time_range("modified", "were modified"),
    *_time_range("start", "start"),
    *_time_range("end", "end"),
)
DELIVERY_FILTERS = (
    *_BOTH,
    Filter(
        "troubled",
        "Only deliveries that ended neither as Success nor as Skipped (true), or the others "
        "(false).",
        "flag",
    ),
    Filter("archived", "The archive (true), or the deliveries outside of it (false).", "flag"),
    Filter("status_empty", "Only deliveries under way (true), or with a status (false).", "flag"),
    Filter(
        "trigger",
        "Only deliveries whose last attempt has this trigger. Repeat for several.",
        values=TRIGGERS,
    ),
    _exact("connector_name", "connector name"),
    _begins("connector_name", "connector name"),
    _empty("connector_name", "connector name"),
    Filter("transaction_id", "Only deliveries of this transaction. Repeat for several."),
    Filter("cause", "Only failures of this cause (`mboc errors causes`). Repeat for several."),
    Filter("code", "Only failures with this code (docs/faults.md). Repeat for several."),
    _begins("code", "code"),
    _empty("code", "code"),
    _begins("message", "message"),
    _empty("message", "message"),
    *_time_range("received", "were received"),
    *_time_range("changed", "changed"),
    Filter(
        "attempt", "Only deliveries with this number of attempts. Repeat for several.", "number"
    ),
    *_number_range("attempt", "number of attempts"),
    _exact("http_status", "HTTP status", "number"),
    *_number_range("duration_ms", "duration in milliseconds"),
    *_number_range("tries", "number of tries in the last attempt"),
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
    *_BOTH,
    _exact("appointment_guid", "appointment guid"),
    _empty("appointment_guid", "appointment guid"),
    _begins("back_office_id", "id in the back office"),
    _exact("back_office_parent_id", "parent id in the back office"),
    _empty("back_office_parent_id", "parent id in the back office"),
    _exact("created_by", "creator"),
    _begins("created_by", "creator"),
    _empty("created_by", "creator"),
    *_time_range("created", "were created"),
    *_time_range("last_transaction", "had their last transaction"),
)
OPERATION_FILTERS = (
    Filter("state", "Only operations in this state."),
    Filter("kind", "Only operations of this kind.", values=("retry", "archive", "restore")),
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
