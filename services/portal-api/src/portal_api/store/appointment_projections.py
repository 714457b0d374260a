"""The changes that transactions and statuses make to appointments.

Each change may be applied repeatedly and in any order. It is one update pipeline, so that the
search terms and the phase always follow from the whole stored appointment.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bson import encode
from bson.raw_bson import RawBSONDocument
from pymongo import UpdateOne

from common.contracts.delivery import Phase
from portal_api.appointments.outcomes import marks_expression
from portal_api.lists.search_terms import words_of
from portal_api.store.versions import is_older_than, version_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from common.contracts.transaction import TransactionReceived
    from portal_api.store.writer import Change

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RANKS_PER_MS = 1_000
"""Ranks within one millisecond of receipt. From the hundredth attempt on, all attempts share the
last rank, and ``rank`` decides.
"""


def of_transaction(transaction: TransactionReceived) -> Change:
    """Update the appointment from the transaction, unless a newer version is stored."""
    appointment = transaction.appointment.model_dump()
    version = version_of(
        appointment, transaction.action, transaction.received_at, transaction.place
    )
    return _update(appointment, version, {})


def of_delivery(delivery_id: str, delivery: dict[str, Any]) -> Change:
    """Store the delivery as the connector's latest one of this appointment."""
    order = _milliseconds(delivery["received_at"]) * _RANKS_PER_MS + min(
        delivery["rank"], _RANKS_PER_MS - 1
    )
    latest = {"order": order, "rank": delivery["rank"], "delivery_id": delivery_id} | {
        field: delivery.get(field) for field in ("status", "phase", "connector_name")
    }
    appointment = delivery["appointment"]
    # A status does not carry the place in the request. The transaction carries it.
    version = version_of(appointment, delivery["action"], delivery["received_at"], place=-1)
    return _update(appointment, version, {delivery["connector_id"]: latest})


def searchable_texts(appointment: Mapping[str, Any]) -> Iterator[str | None]:
    """Yield the texts that an appointment is searched by: its numbers and its subject."""
    yield str(appointment.get("appointment_id") or "")
    yield from (
        appointment.get(field)
        for field in ("appointment_no", "job_no", "task_no", "back_office_id", "subject")
    )


def _update(
    appointment: dict[str, Any], version: dict[str, Any], latest_by_connector: dict[str, Any]
) -> Change:
    fields = {name: value for name, value in appointment.items() if name != "key"} | {
        **version,
        "words": words_of(searchable_texts(appointment)),
    }
    newer = {"$cond": [is_older_than(version), {"$literal": fields}, {}]}
    last_at = {
        "last_transaction_at": {"$max": ["$last_transaction_at", version["shown_received_at"]]}
    }
    stages = [
        {
            "$replaceWith": {
                "$mergeObjects": [
                    "$$ROOT",
                    newer,
                    last_at,
                    {"connectors": _merged_connectors(latest_by_connector)},
                ]
            }
        },
        _DERIVED_FIELDS,
    ]
    return "appointments", UpdateOne({"_id": appointment["key"]}, stages, upsert=True)


def _merged_connectors(latest_by_connector: dict[str, Any]) -> dict[str, Any]:
    """Return the expression for the latest delivery of each connector. A later stored delivery
    stays.
    """
    stored = {"$ifNull": ["$connectors", {}]}
    later = [
        {
            "$cond": [
                _is_older(latest, f"$connectors.{connector_id}"),
                {},
                {"$literal": {connector_id: latest}},
            ]
        }
        for connector_id, latest in latest_by_connector.items()
    ]
    return {"$mergeObjects": [stored, *later]}


def _is_older(latest: dict[str, Any], stored: str) -> dict[str, Any]:
    """Return the expression for whether the delivery ``latest`` is older than the stored one.
    0.1.0 stored no rank.
    """
    same = {"$eq": [f"{stored}.order", latest["order"]]}
    not_later = {"$gte": [f"{stored}.rank", latest["rank"]]}
    return {"$or": [{"$gt": [f"{stored}.order", latest["order"]]}, {"$and": [same, not_later]}]}


def _is_done() -> dict[str, Any]:
    """Return the expression for whether the newest transaction was routed and all deliveries are
    done.
    """
    latest = {"$objectToArray": "$connectors"}
    newest = {"$max": {"$map": {"input": latest, "as": "one", "in": "$$one.v.order"}}}
    is_routed = {
        "$gte": [newest, {"$multiply": [{"$toLong": "$last_transaction_at"}, _RANKS_PER_MS]}]
    }
    each = {"$map": {"input": latest, "as": "one", "in": {"$eq": ["$$one.v.phase", Phase.DONE]}}}
    return {"$and": [is_routed, {"$allElementsTrue": [each]}]}


def _milliseconds(at: datetime) -> int:
    """Return the milliseconds since 1970, truncated as MongoDB truncates them."""
    return (at - _EPOCH) // timedelta(milliseconds=1)


_DERIVED_FIELDS = RawBSONDocument(
    encode(
        {
            "$set": {
                "outcomes": marks_expression(),
                "phase": {"$cond": [_is_done(), Phase.DONE, Phase.PENDING]},
            }
        }
    )
)
"""The fields that follow from the whole appointment. Encoded once, because every message of a
delivery needs one or two copies of it.
"""
