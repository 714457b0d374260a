"""What each message changes: updates that may be repeated and may come in any order; the newest
attempt decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from pymongo import UpdateOne

from common.contracts.delivery import DeliveryRequested, Phase, Status, StatusChanged, Trigger
from common.contracts.message import NO_CONNECTOR, delivery_id_of
from common.contracts.traceparent import trace_id_of
from common.contracts.transaction import TRANSACTIONS, TransactionReceived
from portal_api.deliveries.cause import cause_of
from portal_api.deliveries.statuses import TROUBLED
from portal_api.deliveries.words import words_of
from portal_api.store import appointments

if TYPE_CHECKING:
    from datetime import datetime

    from common.contracts.connector import LaneChanged
    from common.contracts.dead_letter import DeadLetter

Change = tuple[str, UpdateOne]
"""A collection's name and what to do there."""

ORDER = {Phase.PENDING: 0, Phase.IN_PROGRESS: 1, Phase.DONE: 2}
RECORDED = "recorded_at"
"""When a delivery was recorded last, on MongoDB's clock: a plan names deliveries as of a moment."""
PARKED_RANK = 5
"""Behind every phase of the same attempt, and before the next attempt."""
NOT_OF_DELIVERY = {"version", "delivery_id", "at", "traceparent", "exchange", "trace"}
"""What only the attempt has, or what is stored under another name."""
_PARKED = {
    "phase": Phase.DONE,
    "status": Status.FAILED,
    "code": None,
    "retryable": False,
    "outcome_unknown": False,
}


def of_transaction(transaction: TransactionReceived) -> list[Change]:
    """Keep the snapshot once, and show the appointment with what it says unless a
    newer one is there.
    """
    document = transaction.model_dump()
    document.pop("transaction_id")
    return [
        (
            "transactions",
            UpdateOne({"_id": transaction.transaction_id}, {"$setOnInsert": document}, upsert=True),
        ),
        appointments.of_transaction(transaction),
    ]


def of_status(event: StatusChanged) -> list[Change]:
    """Move the delivery forward, keep the attempt when it is over, and note it on
    the appointment.
    """
    delivery, rank = delivery_of(event), rank_of(event)
    changes = [
        _move(event.delivery_id, delivery),
        appointments.of_delivery(event.delivery_id, delivery),
    ]
    if event.phase is Phase.DONE:
        attempt = event.model_dump(exclude={"version", "appointment", "traceparent"}) | {
            "rank": rank
        }
        changes.append(
            (
                "attempts",
                UpdateOne(
                    {"_id": f"{event.delivery_id}.{event.attempt}"},
                    {"$setOnInsert": attempt},
                    upsert=True,
                ),
            )
        )
    return changes


def delivery_of(event: StatusChanged) -> dict[str, Any]:
    """Return what the event says of its delivery, as it is stored."""
    told = event.model_dump(exclude=NOT_OF_DELIVERY)
    told |= {
        "rank": rank_of(event),
        "changed_at": event.at,
        "trace_id": trace_id_of(event.traceparent),
    }
    return told | _found_by(told)


def rank_of(event: StatusChanged) -> int:
    """Return the event's place among all of its delivery: the newest attempt decides, and in it
    the further phase.
    """
    return event.attempt * 10 + ORDER[event.phase]


def _found_by(delivery: dict[str, Any]) -> dict[str, Any]:
    """Return what the delivery is searched and grouped by."""
    is_troubled = delivery["status"] in TROUBLED
    cause = (
        cause_of(delivery["code"], delivery["message"], delivery["connector_id"])
        if is_troubled
        else None
    )
    words = words_of((*appointments.said(delivery.get("appointment", {})), delivery["message"]))
    return {"words": words, "troubled": is_troubled, "cause": cause}


def of_lane(change: LaneChanged) -> list[Change]:
    """Remember until when the lane is held; what is over counts no more, so a dead replica holds
    nothing for ever.
    """
    place = f"{change.connector_id}|{change.replica}"
    return [
        _forward("lanes", place, "at", change.at, {"$set": change.model_dump(exclude={"version"})})
    ]


def of_dead_letter(letter: DeadLetter) -> list[Change]:
    """Keep the letter, and show it in Error Tracking as a Failed delivery."""
    kept = letter.model_dump(exclude={"version", "dead_letter_id"})
    changes = []
    for delivery_id, facts in _deliveries_of(letter):
        changes.append(
            ("dead_letters", UpdateOne({"_id": delivery_id}, {"$setOnInsert": kept}, upsert=True))
        )
        shown = (
            facts
            | _PARKED
            | {
                "rank": facts["attempt"] * 10 + PARKED_RANK,
                "message": letter.reason,
                "changed_at": letter.at,
            }
        )
        changes += [
            _move(delivery_id, shown | _found_by(shown)),
            _parked_attempt(delivery_id, facts, letter),
        ]
        if "appointment" in facts:
            changes.append(appointments.of_delivery(delivery_id, shown))
    return changes


def _parked_attempt(delivery_id: str, facts: dict[str, Any], letter: DeadLetter) -> Change:
    """Keep that the attempt ended here; under a name of its own, because the back office may have
    been called, too.
    """
    told = {name: facts[name] for name in ("attempt", "trigger", "connector_id")}
    ended = {
        "delivery_id": delivery_id,
        "phase": Phase.DONE,
        "status": Status.FAILED,
        "message": letter.reason,
        "at": letter.at,
    }
    return "attempts", UpdateOne(
        {"_id": f"{delivery_id}.{facts['attempt']}.parked"},
        {"$setOnInsert": told | ended},
        upsert=True,
    )


def accepted_at(letter: DeadLetter) -> list[datetime]:
    """Return when each delivery the letter was about was accepted."""
    return [facts["received_at"] for _, facts in _deliveries_of(letter)]


def _deliveries_of(letter: DeadLetter) -> list[tuple[str, dict[str, Any]]]:
    """Return each delivery the letter was about with what is known of it; at least one of
    the letter's own.
    """
    try:
        return [_asked_for(DeliveryRequested.model_validate_json(letter.body))]
    except ValidationError:
        pass
    try:
        found = [_reported(transaction) for transaction in TRANSACTIONS.validate_json(letter.body)]
    except ValidationError:
        found = []
    own = {
        "attempt": 1,
        "trigger": Trigger.SERVICE,
        "connector_id": NO_CONNECTOR,
        "received_at": letter.at,
    }
    return found or [(f"dead-{letter.dead_letter_id}", own)]


def _asked_for(request: DeliveryRequested) -> tuple[str, dict[str, Any]]:
    _, facts = _reported(request.transaction)
    return request.delivery_id, facts | {
        "attempt": request.attempt,
        "trigger": request.trigger,
        "connector_id": request.connector_id,
    }


def _reported(transaction: TransactionReceived) -> tuple[str, dict[str, Any]]:
    return delivery_id_of(transaction.transaction_id, NO_CONNECTOR), {
        "attempt": 1,
        "trigger": Trigger.SERVICE,
        "connector_id": NO_CONNECTOR,
        "transaction_id": transaction.transaction_id,
        "action": transaction.action,
        "received_at": transaction.received_at,
        "trace_id": trace_id_of(transaction.traceparent),
        "appointment": transaction.appointment.model_dump(),
    }


def _move(delivery_id: str, delivery: dict[str, Any]) -> Change:
    return _forward(
        "deliveries",
        delivery_id,
        "rank",
        delivery["rank"],
        {
            "$set": delivery,
            "$setOnInsert": {"archived": False},
            "$currentDate": {RECORDED: True},
        },
    )


def _forward(
    collection: str, document_id: str, field: str, value: object, update: dict[str, Any]
) -> Change:
    """Update only forwards: an older event finds no match, collides on
    inserting, and is ignored.
    """
    return collection, UpdateOne(
        {"_id": document_id, field: {"$not": {"$gte": value}}}, update, upsert=True
    )
