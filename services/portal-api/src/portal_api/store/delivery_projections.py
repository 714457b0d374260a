"""The changes that each message makes. They may be repeated and may come in any order, because the
newest attempt decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pymongo import UpdateOne

from common.contracts.delivery import Phase, Status, StatusChanged
from common.contracts.traceparent import trace_id_of
from portal_api.deliveries.cause import cause_of
from portal_api.deliveries.statuses import UNSUCCESSFUL
from portal_api.lists.search_terms import words_of
from portal_api.store import applied_projections, appointment_projections
from portal_api.store.forward import RECORDED_AT, update_forward

if TYPE_CHECKING:
    from collections.abc import Iterator

    from common.contracts.connector import LaneChanged
    from common.contracts.transaction import TransactionReceived
    from portal_api.store.writer import Change

PHASE_ORDER = {Phase.PENDING: 0, Phase.IN_PROGRESS: 1, Phase.DONE: 2}
DEAD_LETTER_RANK, SUCCESS_RANK = 5, 6
"""Within one attempt, a dead letter ranks above every phase, and a Success above all."""
ATTEMPT_FIELDS = {
    *("version", "delivery_id", "at", "traceparent", "exchange", "trace", "applied", "answer"),
}
"""Fields of the attempt alone, and fields that are stored under another name or by themselves."""

EXCLUDED = {"version", "appointment", "traceparent", "applied", "answer"}
"""Fields of an event that the stored attempt does not have. Answers have their own collection."""


def of_transaction(transaction: TransactionReceived) -> list[Change]:
    """Store the snapshot once, and update the appointment unless a newer version is stored."""
    document = transaction.model_dump()
    document.pop("transaction_id")
    return [
        (
            "transactions",
            UpdateOne({"_id": transaction.transaction_id}, {"$setOnInsert": document}, upsert=True),
        ),
        appointment_projections.of_transaction(transaction),
    ]


def of_status(event: StatusChanged) -> list[Change]:
    """Move the delivery forward, store a finished attempt, and update the appointment."""
    delivery, rank = delivery_of(event), rank_of(event)
    changes = [
        _move(event.delivery_id, delivery),
        *applied_projections.of_status(event),
        appointment_projections.of_delivery(event.delivery_id, delivery),
    ]
    if event.phase is Phase.DONE:
        attempt = event.model_dump(exclude=EXCLUDED)
        attempt_id = f"{event.delivery_id}.{event.attempt}"
        changes.append(
            update_forward("attempts", attempt_id, "rank", rank, {"$set": attempt | {"rank": rank}})
        )
    return changes


def delivery_of(event: StatusChanged) -> dict[str, Any]:
    """Return the event as the stored delivery."""
    delivery = event.model_dump(exclude=ATTEMPT_FIELDS)
    delivery |= {
        "rank": rank_of(event),
        "changed_at": event.at,
        "trace_id": trace_id_of(event.traceparent),
    }
    return delivery | derived_fields(delivery)


def rank_of(event: StatusChanged) -> int:
    """Return the rank of the event among all events of its delivery.

    The newest attempt ranks highest. Within it a Success ranks highest, then the later phase.
    """
    is_success = event.status is Status.SUCCESS
    return event.attempt * 10 + (SUCCESS_RANK if is_success else PHASE_ORDER[event.phase])


def derived_fields(delivery: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that follow from the delivery: ``words`` to search by, ``troubled`` to show
    it in Error Tracking, and ``cause`` to group by. Each move of a delivery removes the mark of an
    overtaken one (store/overtaken.py).
    """
    is_troubled = delivery["status"] in UNSUCCESSFUL
    cause = (
        cause_of(delivery["code"], delivery["message"], delivery["connector_id"])
        if is_troubled
        else None
    )
    words = words_of(
        (
            *appointment_projections.searchable_texts(delivery.get("appointment", {})),
            *_receipt_texts(delivery.get("receipt")),
            delivery["message"],
        )
    )
    return {"words": words, "troubled": is_troubled, "cause": cause, "overtaken_by": None}


def _receipt_texts(receipt: dict[str, Any] | None) -> Iterator[str | None]:
    """Yield the texts that a receipt is searched by."""
    yield from ((receipt or {}).get(name) for name in ("record_id", "entry_no", "key"))


def of_lane(change: LaneChanged) -> list[Change]:
    """Store the end of the lane's hold. An expired hold does not count, so a dead replica holds no
    lane forever.
    """
    lane_id = f"{change.connector_id}|{change.replica}"
    return [
        update_forward(
            "lanes", lane_id, "at", change.at, {"$set": change.model_dump(exclude={"version"})}
        )
    ]


def _move(delivery_id: str, delivery: dict[str, Any]) -> Change:
    return update_forward(
        "deliveries",
        delivery_id,
        "rank",
        delivery["rank"],
        {
            "$set": delivery,
            "$setOnInsert": {"archived": False},
            "$currentDate": {RECORDED_AT: True},
        },
    )
