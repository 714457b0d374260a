"""Stored documents -> entries of a timeline. Pure functions, to be tested without a database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from common.contracts.delivery import Status
from common.contracts.message import NO_CONNECTOR
from portal_api.connectors.differences import changed_fields
from portal_api.deliveries.cause import cause_of
from portal_api.deliveries.statuses import UNSUCCESSFUL
from portal_api.timeline.entries import (
    TimelineAttempt,
    TimelineAudit,
    TimelineDelivery,
    TimelineNote,
    TimelineOperation,
    TimelineSettings,
    TimelineVersion,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from common.contracts.connector import Connector

    Document = dict[str, Any]

COMPARED_FIELDS = ("subject", "start", "end", "source_app", "source_type", "job_no", "task_no")
"""Fields of an appointment that are compared between versions."""
ACTIONS_WITH_OWN_ENTRY = {
    "begin_operation", "retry_delivery", "check_delivery", "archive_delivery", "restore_delivery",
    "write_note",
    "create_connector", "change_connector", "enable_connector", "disable_connector",
    "take_over_names",
}  # fmt: skip
"""Audited actions that have an entry of their own kind in the timeline."""
FIRST_REFUSED_STATUS = 400
DELIVERED = {Status.SUCCESS, Status.SKIPPED}


def version_entries(deliveries: Sequence[Document]) -> Iterator[TimelineVersion]:
    """Yield one entry per transaction, even if it has several deliveries."""
    previous: Document | None = None
    by_transaction = {
        delivery.get("transaction_id"): delivery
        for delivery in sorted(deliveries, key=lambda d: d["received_at"], reverse=True)
    }
    for transaction_id, delivery in reversed(by_transaction.items()):
        if transaction_id is None:
            continue
        appointment = delivery.get("appointment") or {}
        changed = [
            name
            for name in COMPARED_FIELDS
            if previous is not None and appointment.get(name) != previous.get(name)
        ]
        fields = {name: delivery.get(name) for name in ("action", "appointment")} | {
            "transaction_id": transaction_id,
            "delivery_id": delivery["_id"],
        }
        yield TimelineVersion(
            at=delivery["received_at"],
            who=appointment.get("modified_by"),
            changed=changed,
            **fields,
        )
        previous = appointment


def attempt_entries(
    deliveries: Sequence[Document], items: Iterable[Document]
) -> Iterator[TimelineAttempt]:
    """Yield one entry per attempt, with the account that requested it."""
    requesters = {
        (item["delivery_id"], item.get("attempt")): item["operation"].get("asked_by")
        for item in items
        if item["operation"]["kind"] in {"retry", "check"}
    }
    for delivery in deliveries:
        for attempt in delivery["attempts"]:
            fields = {
                "delivery_id": delivery["_id"],
                "connector_id": delivery["connector_id"],
                "connector_name": delivery.get("connector_name"),
            }
            who = requesters.get((delivery["_id"], attempt["attempt"]))
            yield TimelineAttempt.model_validate(
                {"at": attempt["at"], "who": who, "attempt": attempt, **fields}
            )


def operation_entries(items: Iterable[Document]) -> Iterator[TimelineOperation]:
    """Yield one entry per operation, with its deliveries of this appointment."""
    by_operation: dict[str, list[Document]] = {}
    for item in items:
        by_operation.setdefault(item["operation_id"], []).append(item)
    for operation_id, operation_items in by_operation.items():
        operation = operation_items[0]["operation"]
        shown = [TimelineDelivery.model_validate(item) for item in operation_items]
        yield TimelineOperation(
            at=operation["asked_at"],
            who=operation["asked_by"],
            operation_id=operation_id,
            operation=operation["kind"],
            deliveries=shown,
        )


def causes_of(deliveries: Iterable[Document]) -> set[str]:
    """Return the causes of all failed attempts, also those of later successful deliveries."""
    return {
        cause_of(attempt.get("code"), attempt.get("message"), delivery["connector_id"])
        for delivery in deliveries
        for attempt in delivery["attempts"]
        if attempt["status"] in UNSUCCESSFUL
    }


def note_entries(notes: Mapping[str, Document]) -> Iterator[TimelineNote]:
    """Yield one entry per note on a cause."""
    for cause, note in notes.items():
        yield TimelineNote(at=note["at"], who=note.get("by"), cause=cause, text=note["text"])


def settings_entries(
    connectors: Sequence[Connector], periods: Mapping[str, Period]
) -> Iterator[TimelineSettings]:
    """Yield the changes of connectors while they applied to the appointment."""
    by_version = {
        (connector.connector_id, connector.version): connector for connector in connectors
    }
    for connector in connectors:
        previous = by_version.get((connector.connector_id, connector.version - 1))
        if previous is not None and _is_in_period(
            periods, connector.connector_id, connector.modified_at
        ):
            fields = {
                "connector_id": connector.connector_id,
                "connector_name": connector.name,
                "version": connector.version,
            }
            yield TimelineSettings(
                at=connector.modified_at,
                who=connector.modified_by,
                changed=changed_fields(previous, connector),
                **fields,
            )


def audit_entries(
    entries: Iterable[Document], periods: Mapping[str, Period]
) -> Iterator[TimelineAudit]:
    """Yield the audit entries without an entry of another kind, for example refused changes and
    connection tests.
    """
    for entry in entries:
        succeeded = (entry["outcome"] or FIRST_REFUSED_STATUS) < FIRST_REFUSED_STATUS
        if not (succeeded and entry["action"] in ACTIONS_WITH_OWN_ENTRY) and _is_in_period(
            periods, entry["target"], entry["at"]
        ):
            yield TimelineAudit.model_validate(entry)


Period = tuple["datetime", "datetime | None"]
"""Period in which the settings of a connector apply to an appointment. It has no end while a
delivery is not delivered.
"""


def periods_of(deliveries: Sequence[Document]) -> dict[str, Period]:
    """Return the period of each connector.

    It begins with the first received delivery. It ends with the last attempt if the newest delivery
    is delivered.
    """
    periods: dict[str, Period] = {}
    for delivery in sorted(deliveries, key=lambda d: d["received_at"]):
        connector_id = delivery["connector_id"]
        if connector_id != NO_CONNECTOR:
            first = periods.get(connector_id, (delivery["received_at"], None))[0]
            periods[connector_id] = (
                first,
                delivery["changed_at"] if delivery["status"] in DELIVERED else None,
            )
    return periods


def _is_in_period(periods: Mapping[str, Period], target: str, at: datetime) -> bool:
    """Return whether the connector applied at this time. Other targets have no period and always
    apply.
    """
    first, last = periods.get(target, (None, None))
    return (first is None or first <= at) and (last is None or at <= last)
