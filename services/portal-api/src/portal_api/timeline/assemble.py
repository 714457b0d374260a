"""Stored documents -> what happened; pure, so that it can be read and tested without a database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from common.contracts.delivery import Status
from common.contracts.message import NO_CONNECTOR
from portal_api.connectors.differences import changed_fields
from portal_api.deliveries.cause import cause_of
from portal_api.deliveries.statuses import TROUBLED
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

FACTS = ("subject", "start", "end", "source_app", "source_type", "job_no", "task_no")
"""What of an appointment is compared from version to version."""
TOLD_OTHERWISE = {
    "begin_operation", "retry_delivery", "archive_delivery", "restore_delivery", "write_note",
    "create_connector", "change_connector", "enable_connector", "disable_connector",
    "take_over_names",
}  # fmt: skip
"""Writes that stand on the timeline as what they did."""
REFUSED = 400
SENT = {Status.SUCCESS, Status.SKIPPED}


def versions(sent: Sequence[Document]) -> Iterator[TimelineVersion]:
    """Yield each transaction once, however many deliveries it became."""
    before: Document | None = None
    first = {
        delivery.get("transaction_id"): delivery
        for delivery in sorted(sent, key=lambda d: d["received_at"], reverse=True)
    }
    for transaction_id, delivery in reversed(first.items()):
        if transaction_id is None:
            continue
        facts = delivery.get("appointment") or {}
        differing = [
            name for name in FACTS if before is not None and facts.get(name) != before.get(name)
        ]
        own = {name: delivery.get(name) for name in ("action", "appointment")} | {
            "transaction_id": transaction_id,
            "delivery_id": delivery["_id"],
        }
        yield TimelineVersion(
            at=delivery["received_at"], who=facts.get("modified_by"), changed=differing, **own
        )
        before = facts


def attempts(sent: Sequence[Document], items: Iterable[Document]) -> Iterator[TimelineAttempt]:
    """Yield every attempt, with who asked for it."""
    asked = {
        (item["delivery_id"], item.get("attempt")): item["operation"].get("asked_by")
        for item in items
        if item["operation"]["kind"] == "retry"
    }
    for delivery in sent:
        for attempt in delivery["attempts"]:
            own = {
                "delivery_id": delivery["_id"],
                "connector_id": delivery["connector_id"],
                "connector_name": delivery.get("connector_name"),
            }
            who = asked.get((delivery["_id"], attempt["attempt"]))
            yield TimelineAttempt.model_validate(
                {"at": attempt["at"], "who": who, "attempt": attempt, **own}
            )


def operations(items: Iterable[Document]) -> Iterator[TimelineOperation]:
    """Yield each operation once, with those of its deliveries that are the appointment's."""
    together: dict[str, list[Document]] = {}
    for item in items:
        together.setdefault(item["operation_id"], []).append(item)
    for operation_id, own in together.items():
        operation = own[0]["operation"]
        deliveries = [TimelineDelivery.model_validate(item) for item in own]
        yield TimelineOperation(
            at=operation["asked_at"],
            who=operation["asked_by"],
            operation_id=operation_id,
            operation=operation["kind"],
            deliveries=deliveries,
        )


def causes_of(sent: Iterable[Document]) -> set[str]:
    """Return the causes of every attempt that was not successful, whatever came of it later."""
    return {
        cause_of(attempt.get("code"), attempt.get("message"), delivery["connector_id"])
        for delivery in sent
        for attempt in delivery["attempts"]
        if attempt["status"] in TROUBLED
    }


def notes(found: Mapping[str, Document]) -> Iterator[TimelineNote]:
    """Yield the notes about what failed."""
    for cause, note in found.items():
        yield TimelineNote(at=note["at"], who=note.get("by"), cause=cause, text=note["text"])


def settings(made: Sequence[Connector], spans: Mapping[str, Span]) -> Iterator[TimelineSettings]:
    """Yield the versions of connectors that were made while they counted for the appointment."""
    known = {(one.connector_id, one.version): one for one in made}
    for one in made:
        before = known.get((one.connector_id, one.version - 1))
        if before is not None and _lies_in(spans, one.connector_id, one.modified_at):
            own = {
                "connector_id": one.connector_id,
                "connector_name": one.name,
                "version": one.version,
            }
            yield TimelineSettings(
                at=one.modified_at, who=one.modified_by, changed=changed_fields(before, one), **own
            )


def audited(entries: Iterable[Document], spans: Mapping[str, Span]) -> Iterator[TimelineAudit]:
    """Yield what is told nowhere else: refused writes, tests of the connection,
    steered operations.
    """
    for entry in entries:
        is_done = (entry["outcome"] or REFUSED) < REFUSED
        if not (is_done and entry["action"] in TOLD_OTHERWISE) and _lies_in(
            spans, entry["target"], entry["at"]
        ):
            yield TimelineAudit.model_validate(entry)


Span = tuple["datetime", "datetime | None"]
"""From when until when a connector's settings count for an appointment; no end while something is
not sent with them.
"""


def spans_of(sent: Sequence[Document]) -> dict[str, Span]:
    """Return it by connector: from the first delivery received to the last attempt, or until today
    while the newest was not sent.
    """
    spans: dict[str, Span] = {}
    for delivery in sorted(sent, key=lambda d: d["received_at"]):
        connector_id = delivery["connector_id"]
        if connector_id != NO_CONNECTOR:
            first = spans.get(connector_id, (delivery["received_at"], None))[0]
            spans[connector_id] = (
                first,
                delivery["changed_at"] if delivery["status"] in SENT else None,
            )
    return spans


def _lies_in(spans: Mapping[str, Span], name: str, at: datetime) -> bool:
    """Whether it is about something else than a connector, or the connector counted then."""
    first, last = spans.get(name, (None, None))
    return (first is None or first <= at) and (last is None or at <= last)
