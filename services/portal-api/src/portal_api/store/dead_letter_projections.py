"""The changes of a dead letter: it is stored, and its deliveries are shown as Failed."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from pymongo import UpdateOne

from common.contracts.dead_letter import MOST_BODY_BYTES, DeadLetter
from common.contracts.delivery import DeliveryRequested, Phase, Status, Trigger
from common.contracts.message import NO_CONNECTOR, delivery_id_of
from common.contracts.traceparent import trace_id_of
from common.contracts.transaction import TRANSACTIONS, TransactionReceived
from common.topology import PORTAL_API_TRANSACTIONS
from portal_api.deliveries.cause import cause_of
from portal_api.lists.search_terms import words_of
from portal_api.store import appointment_projections
from portal_api.store.delivery_projections import PARKED_RANK, RECORDED, found_by

if TYPE_CHECKING:
    from datetime import datetime

    from common.contracts.dead_letter import DeadLetteredDelivery
    from portal_api.store.delivery_projections import Change

_PARKED = {
    "phase": Phase.DONE,
    "status": Status.FAILED,
    "code": None,
    "retryable": False,
    "outcome_unknown": False,
}


def of_dead_letter(letter: DeadLetter) -> list[Change]:
    """Keep the letter, and show it in Error Tracking as Failed deliveries."""
    known = _deliveries_of(letter)
    names = [one for one in letter.deliveries if letter.queue != PORTAL_API_TRANSACTIONS.name]
    if known:
        shares = len(known)
        changes = [
            change for name, facts in known for change in _parked(name, facts, letter, shares)
        ]
    else:
        shares = len(names)
        changes = [change for one in names for change in _named(one, letter, shares)]
    return changes or of_letter_alone(letter)


def of_letter_alone(letter: DeadLetter, note: str | None = None) -> list[Change]:
    """Show the letter as a Failed delivery of its own; with a note in the place of its body when
    that cannot be stored.
    """
    own = {
        "attempt": 1,
        "trigger": Trigger.SERVICE,
        "connector_id": NO_CONNECTOR,
        "received_at": letter.at,
    }
    if note is not None:
        letter = DeadLetter.model_validate(letter.model_dump() | {"body": note, "trace": None})
    return _parked(f"dead-{letter.dead_letter_id}", own, letter, 1)


def _parked(
    delivery_id: str, facts: dict[str, Any], letter: DeadLetter, shares: int
) -> list[Change]:
    shown = facts | _ended(facts["attempt"], letter)
    changes = [
        _kept(delivery_id, letter, shares),
        _move_parked(delivery_id, shown | found_by(shown), {}),
        _parked_attempt(delivery_id, facts, letter),
    ]
    if "appointment" in facts:
        changes.append(appointment_projections.of_delivery(delivery_id, shown))
    return changes


def _named(one: DeadLetteredDelivery, letter: DeadLetter, shares: int) -> list[Change]:
    """Show a delivery as Failed of which the letter gives no more than the name; all else that is
    known of it stays.
    """
    connector_id = one.delivery_id.rpartition(".")[2]
    first = {
        "trigger": Trigger.SERVICE,
        "connector_id": connector_id,
        "received_at": letter.at,
        "words": words_of([letter.reason]),
    }
    ended = _ended(one.attempt, letter)
    cause = cause_of(None, letter.reason, connector_id)
    return [
        _kept(one.delivery_id, letter, shares),
        _move_parked(one.delivery_id, ended | {"troubled": True, "cause": cause}, first),
        _parked_attempt(one.delivery_id, first | {"attempt": one.attempt}, letter),
    ]


def _ended(attempt: int, letter: DeadLetter) -> dict[str, Any]:
    return _PARKED | {
        "attempt": attempt,
        "rank": attempt * 10 + PARKED_RANK,
        "message": letter.reason,
        "changed_at": letter.at,
    }


def _kept(delivery_id: str, letter: DeadLetter, shares: int) -> Change:
    """Keep the letter with a delivery; the deliveries of one letter share its body's size."""
    kept = letter.model_dump(exclude={"version", "dead_letter_id", "deliveries"})
    if len(letter.body) * shares > MOST_BODY_BYTES:
        kept |= {
            "body": letter.body[: MOST_BODY_BYTES // shares],
            "body_bytes": letter.body_bytes or len(letter.body.encode()),
        }
    return "dead_letters", UpdateOne({"_id": delivery_id}, {"$setOnInsert": kept}, upsert=True)


def _move_parked(delivery_id: str, shown: dict[str, Any], first: dict[str, Any]) -> Change:
    """Move the delivery forward, unless this attempt is a Success: 0.1.0 gave it a lower rank."""
    success = {"status": Status.SUCCESS, "attempt": shown["attempt"]}
    return "deliveries", UpdateOne(
        {"_id": delivery_id, "rank": {"$not": {"$gte": shown["rank"]}}, "$nor": [success]},
        {
            "$set": shown,
            "$setOnInsert": {"archived": False} | first,
            "$currentDate": {RECORDED: True},
        },
        upsert=True,
    )


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
    """Return when each delivery the letter was about was accepted, as far as it says."""
    return [facts["received_at"] for _, facts in _deliveries_of(letter)]


def _deliveries_of(letter: DeadLetter) -> list[tuple[str, dict[str, Any]]]:
    """Return each delivery that the body requests, or each transaction that was not routed, with
    all that is known of it.
    """
    with contextlib.suppress(ValidationError):
        return [_asked_for(DeliveryRequested.model_validate_json(letter.body))]
    if letter.queue != PORTAL_API_TRANSACTIONS.name:
        with contextlib.suppress(ValidationError):
            return [_reported(one) for one in TRANSACTIONS.validate_json(letter.body)]
    return []


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
