"""How transactions and statuses change the appointments they are about, in whatever order they come
and however often.

Each change is one pipeline, so that what is searched by is always made from the whole appointment.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bson import encode
from bson.raw_bson import RawBSONDocument
from pymongo import UpdateOne

from common.contracts.delivery import Phase
from portal_api.appointments.outcomes import marks_stored
from portal_api.lists.search_terms import words_of
from portal_api.store.versions import is_older_than, version_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from common.contracts.transaction import TransactionReceived

Change = tuple[str, UpdateOne]
"""A collection's name and what to do there."""
_BEGAN = datetime(1970, 1, 1, tzinfo=UTC)
_RANKS = 1_000
"""Attempts and their phases within one millisecond of receipt; from the hundredth attempt on they
share the last one, and ``rank`` decides.
"""


def of_transaction(transaction: TransactionReceived) -> Change:
    """Show the appointment with what the transaction says, unless a newer version is there."""
    shown = transaction.appointment.model_dump()
    version = version_of(shown, transaction.action, transaction.received_at, transaction.place)
    return _update(shown, version, {})


def of_delivery(delivery_id: str, delivery: dict[str, Any]) -> Change:
    """Note on the appointment what this connector last came to."""
    order = _milliseconds(delivery["received_at"]) * _RANKS + min(delivery["rank"], _RANKS - 1)
    latest = {"order": order, "rank": delivery["rank"], "delivery_id": delivery_id} | {
        field: delivery.get(field) for field in ("status", "phase", "connector_name")
    }
    shown = delivery["appointment"]
    # A status does not say the place in its request: the transaction does, before or after it.
    version = version_of(shown, delivery["action"], delivery["received_at"], place=-1)
    return _update(shown, version, {delivery["connector_id"]: latest})


def said(appointment: Mapping[str, Any]) -> Iterator[str | None]:
    """Yield what an appointment is searched by: its numbers and its subject."""
    yield str(appointment.get("appointment_id") or "")
    yield from (
        appointment.get(field)
        for field in ("appointment_no", "job_no", "task_no", "back_office_id", "subject")
    )


def _update(appointment: dict[str, Any], version: dict[str, Any], latest: dict[str, Any]) -> Change:
    facts = {name: value for name, value in appointment.items() if name != "key"} | {
        **version,
        "words": words_of(said(appointment)),
    }
    newer = {"$cond": [is_older_than(version), {"$literal": facts}, {}]}
    seen = {"last_transaction_at": {"$max": ["$last_transaction_at", version["shown_received_at"]]}}
    steps = [
        {
            "$replaceWith": {
                "$mergeObjects": ["$$ROOT", newer, seen, {"connectors": _connectors(latest)}]
            }
        },
        _FOLLOWS,
    ]
    return "appointments", UpdateOne({"_id": appointment["key"]}, steps, upsert=True)


def _connectors(latest: dict[str, Any]) -> dict[str, Any]:
    """Return what each connector last came to, with this one unless a later one is there."""
    known = {"$ifNull": ["$connectors", {}]}
    later = [
        {"$cond": [_is_behind(f"$connectors.{name}", told), {}, {"$literal": {name: told}}]}
        for name, told in latest.items()
    ]
    return {"$mergeObjects": [known, *later]}


def _is_behind(known: str, told: dict[str, Any]) -> dict[str, Any]:
    """Return whether what is told comes before what is known; 0.1.0 stored no rank."""
    same = {"$eq": [f"{known}.order", told["order"]]}
    not_later = {"$gte": [f"{known}.rank", told["rank"]]}
    return {"$or": [{"$gt": [f"{known}.order", told["order"]]}, {"$and": [same, not_later]}]}


def _is_done() -> dict[str, Any]:
    """Return whether the newest transaction was routed, and everything that was routed is done."""
    latest = {"$objectToArray": "$connectors"}
    newest = {"$max": {"$map": {"input": latest, "as": "one", "in": "$$one.v.order"}}}
    is_routed = {"$gte": [newest, {"$multiply": [{"$toLong": "$last_transaction_at"}, _RANKS]}]}
    each = {"$map": {"input": latest, "as": "one", "in": {"$eq": ["$$one.v.phase", Phase.DONE]}}}
    return {"$and": [is_routed, {"$allElementsTrue": [each]}]}


def _milliseconds(moment: datetime) -> int:
    """Return milliseconds since 1970, cut as MongoDB cuts them."""
    return (moment - _BEGAN) // timedelta(milliseconds=1)


_FOLLOWS = RawBSONDocument(
    encode(
        {
            "$set": {
                "outcomes": marks_stored(),
                "phase": {"$cond": [_is_done(), Phase.DONE, Phase.PENDING]},
            }
        }
    )
)
"""What follows from the whole appointment; written once, because every message of the line has one
or two of these.
"""
