"""The changes of a dead letter. It is stored, and its deliveries become Failed."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError
from pymongo import UpdateOne

from common.contracts.dead_letter import MAX_BODY_BYTES, DeadLetter
from common.contracts.delivery import DeliveryRequested, Phase, Status, Trigger
from common.contracts.message import NO_CONNECTOR, ConnectorId, delivery_id_of
from common.contracts.traceparent import trace_id_of
from common.contracts.transaction import TRANSACTIONS, TransactionReceived
from common.topology import PORTAL_API_TRANSACTIONS
from portal_api.deliveries.cause import cause_of
from portal_api.lists.search_terms import words_of
from portal_api.store import appointment_projections
from portal_api.store.delivery_projections import DEAD_LETTER_RANK, derived_fields
from portal_api.store.forward import RECORDED_AT

if TYPE_CHECKING:
    from datetime import datetime

    from common.contracts.dead_letter import DeadLetteredDelivery
    from portal_api.store.writer import Change

_CONNECTOR_ID: TypeAdapter[str] = TypeAdapter(ConnectorId)
_FAILED = {
    "phase": Phase.DONE,
    "status": Status.FAILED,
    "code": None,
    "retryable": False,
    "outcome_unknown": False,
}


def of_dead_letter(letter: DeadLetter) -> list[Change]:
    """Store the dead letter, and show it in Error Tracking as Failed deliveries."""
    deliveries = _deliveries_in(letter)
    named = [] if letter.queue == PORTAL_API_TRANSACTIONS.name else letter.deliveries
    if deliveries:
        shares = len(deliveries)
        changes = [
            change
            for name, fields in deliveries
            for change in _dead_lettered(name, fields, letter, shares)
        ]
    else:
        shares = len(named)
        changes = [change for delivery in named for change in _named_only(delivery, letter, shares)]
    return changes or of_letter_alone(letter)


def of_letter_alone(letter: DeadLetter, note: str | None = None) -> list[Change]:
    """Show the dead letter as a Failed delivery of its own.

    ``note`` replaces a body that cannot be stored.
    """
    own = {
        "attempt": 1,
        "trigger": Trigger.SERVICE,
        "connector_id": NO_CONNECTOR,
        "received_at": letter.at,
    }
    if note is not None:
        letter = DeadLetter.model_validate(letter.model_dump() | {"body": note, "trace": None})
    return _dead_lettered(f"dead-{letter.dead_letter_id}", own, letter, 1)


def _dead_lettered(
    delivery_id: str, fields: dict[str, Any], letter: DeadLetter, shares: int
) -> list[Change]:
    delivery = fields | _final_state(fields["attempt"], letter)
    changes = [
        _saved_letter(delivery_id, letter, shares),
        _move(delivery_id, delivery | derived_fields(delivery), {}),
        _attempt(delivery_id, fields, letter),
    ]
    if "appointment" in fields:
        changes.append(appointment_projections.of_delivery(delivery_id, delivery))
    return changes


def _named_only(delivery: DeadLetteredDelivery, letter: DeadLetter, shares: int) -> list[Change]:
    """Show a delivery as Failed when the dead letter gives only its id. All stored fields stay."""
    connector_id = _connector_of(delivery.delivery_id)
    first = {
        "trigger": Trigger.SERVICE,
        "connector_id": connector_id,
        "received_at": letter.at,
        "words": words_of([letter.reason]),
    }
    final_state = _final_state(delivery.attempt, letter)
    cause = cause_of(None, letter.reason, connector_id)
    return [
        _saved_letter(delivery.delivery_id, letter, shares),
        _move(
            delivery.delivery_id,
            final_state | {"troubled": True, "cause": cause, "overtaken_by": None},
            first,
        ),
        _attempt(delivery.delivery_id, first | {"attempt": delivery.attempt}, letter),
    ]


def _connector_of(delivery_id: str) -> str:
    """Return the connector in a delivery's id, or NO_CONNECTOR when it has no valid one."""
    with contextlib.suppress(ValidationError):
        return _CONNECTOR_ID.validate_python(delivery_id.rpartition(".")[2])
    return NO_CONNECTOR


def _final_state(attempt: int, letter: DeadLetter) -> dict[str, Any]:
    return _FAILED | {
        "attempt": attempt,
        "rank": attempt * 10 + DEAD_LETTER_RANK,
        "message": letter.reason,
        "changed_at": letter.at,
    }


def _saved_letter(delivery_id: str, letter: DeadLetter, shares: int) -> Change:
    """Store the dead letter with a delivery. The deliveries of one dead letter share the limit of
    its body's size.
    """
    saved = letter.model_dump(exclude={"version", "dead_letter_id", "deliveries"})
    if len(letter.body) * shares > MAX_BODY_BYTES:
        saved |= {
            "body": letter.body[: MAX_BODY_BYTES // shares],
            "body_bytes": letter.body_bytes or len(letter.body.encode()),
        }
    return "dead_letters", UpdateOne({"_id": delivery_id}, {"$setOnInsert": saved}, upsert=True)


def _move(delivery_id: str, delivery: dict[str, Any], first: dict[str, Any]) -> Change:
    """Move the delivery forward, unless this attempt is a Success. 0.1.0 gave a Success a lower
    rank.
    """
    success = {"status": Status.SUCCESS, "attempt": delivery["attempt"]}
    return "deliveries", UpdateOne(
        {"_id": delivery_id, "rank": {"$not": {"$gte": delivery["rank"]}}, "$nor": [success]},
        {
            "$set": delivery,
            "$setOnInsert": {"archived": False} | first,
            "$currentDate": {RECORDED_AT: True},
        },
        upsert=True,
    )


def _attempt(delivery_id: str, fields: dict[str, Any], letter: DeadLetter) -> Change:
    """Store the end of the attempt under an id of its own, because the back office may have been
    called too.
    """
    origin = {name: fields[name] for name in ("attempt", "trigger", "connector_id")}
    final_state = {
        "delivery_id": delivery_id,
        "phase": Phase.DONE,
        "status": Status.FAILED,
        "message": letter.reason,
        "at": letter.at,
    }
    return "attempts", UpdateOne(
        {"_id": f"{delivery_id}.{fields['attempt']}.parked"},
        {"$setOnInsert": origin | final_state},
        upsert=True,
    )


def appointments_in(letter: DeadLetter) -> list[str]:
    """Return the key of each appointment in the dead letter, as far as it is known."""
    return [fields["appointment"]["key"] for _, fields in _deliveries_in(letter)]


def accepted_at(letter: DeadLetter) -> list[datetime]:
    """Return the time of acceptance of each delivery in the dead letter, as far as it is known."""
    return [fields["received_at"] for _, fields in _deliveries_in(letter)]


def _deliveries_in(letter: DeadLetter) -> list[tuple[str, dict[str, Any]]]:
    """Return the delivery that the body requests, or one for each transaction that was not
    routed.
    """
    with contextlib.suppress(ValidationError):
        return [_from_request(DeliveryRequested.model_validate_json(letter.body))]
    if letter.queue != PORTAL_API_TRANSACTIONS.name:
        with contextlib.suppress(ValidationError):
            return [_from_transaction(each) for each in TRANSACTIONS.validate_json(letter.body)]
    return []


def _from_request(request: DeliveryRequested) -> tuple[str, dict[str, Any]]:
    _, fields = _from_transaction(request.transaction)
    return request.delivery_id, fields | {
        "attempt": request.attempt,
        "trigger": request.trigger,
        "connector_id": request.connector_id,
    }


def _from_transaction(transaction: TransactionReceived) -> tuple[str, dict[str, Any]]:
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
