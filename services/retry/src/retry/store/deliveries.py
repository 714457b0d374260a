"""Queries of the deliveries that operations select, and of the results of their attempts.

Only portal-api writes these collections.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bson import json_util

from common.contracts.delivery import Phase, Status
from common.database import retry_while_unavailable
from retry.model.item import ItemResult, OperationItem, StoredDelivery, result_of_attempt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from motor.motor_asyncio import AsyncIOMotorCollection, AsyncIOMotorDatabase

DELIVERIES_PAGE = 1_000
_FIELDS = (
    "attempt",
    "phase",
    "status",
    "archived",
    "connector_id",
    "transaction_id",
    "received_at",
    "outcome_unknown",
)
_RESULT_FIELDS = ("status", "message", "outcome_check")
STATUS_NOT_RECORDED = "A later attempt followed before this one's status was recorded."


class DeliveryQueries:
    """Queries of the collections ``deliveries`` and ``attempts``."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._deliveries = database["deliveries"]
        self._attempts = database["attempts"]

    async def by_ids(self, ids: Sequence[str]) -> list[StoredDelivery]:
        """Return the deliveries with these ids, as far as they are stored."""
        wanted = {"_id": {"$in": list(ids)}}
        return [_stored(d) for d in await _find(self._deliveries, wanted, _FIELDS)]

    async def page(
        self, conditions: str, after: Sequence[Any] | None
    ) -> tuple[list[StoredDelivery], list[Any] | None]:
        """Return the deliveries after this key that match the conditions, oldest first.

        Also return the key of the next page, or None after the last page. The sort order is that
        of the portal's lists, where each condition has an index.
        """
        wanted = json_util.loads(conditions)
        found: list[dict[str, Any]] = []
        for more in _ranges(after):
            order = [("received_at", 1), ("_id", 1)]
            found += await _find(
                self._deliveries,
                {"$and": [wanted, more]} if more else wanted,
                _FIELDS,
                order,
                DELIVERIES_PAGE - len(found),
            )
            if len(found) == DELIVERIES_PAGE:
                break
        is_full = len(found) == DELIVERIES_PAGE
        key = [found[-1]["received_at"], found[-1]["_id"]] if is_full else None
        return [_stored(d) for d in found], key

    async def results(self, items: Sequence[OperationItem]) -> dict[str, ItemResult]:
        """Return the results of the items' attempts by delivery id, as far as they are known."""
        fields = ("attempt", "phase", *_RESULT_FIELDS)
        wanted = {"_id": {"$in": [i.delivery_id for i in items]}}
        current = {d["_id"]: d for d in await _find(self._deliveries, wanted, fields)}
        results = {
            i.delivery_id: result_of_attempt(delivery["status"], _explanation_of(delivery))
            for i in items
            if (delivery := current.get(i.delivery_id))
            and delivery["attempt"] == i.requested_attempt
            and delivery["phase"] == Phase.DONE
        }
        superseded = [
            i
            for i in items
            if (delivery := current.get(i.delivery_id))
            and delivery["attempt"] > (i.requested_attempt or 0)
        ]
        return results | (await self._superseded_results(superseded) if superseded else {})

    async def _superseded_results(self, items: Sequence[OperationItem]) -> dict[str, ItemResult]:
        """Return the results of attempts that a later attempt followed."""
        wanted = {"_id": {"$in": [i.requested_attempt_id for i in items]}}
        attempts = {a["_id"]: a for a in await _find(self._attempts, wanted, _RESULT_FIELDS)}
        unrecorded = {"status": None, "message": STATUS_NOT_RECORDED}
        ended = {i.delivery_id: attempts.get(i.requested_attempt_id, unrecorded) for i in items}
        return {
            name: result_of_attempt(attempt["status"], _explanation_of(attempt))
            for name, attempt in ended.items()
        }


def _explanation_of(attempt: dict[str, Any]) -> str | None:
    """Return the note of a check that changed nothing, or the message of the attempt."""
    check = attempt.get("outcome_check")
    explanation: str | None = attempt.get("message")
    if check and attempt["status"] == Status.FAILED:
        explanation = check["note"]
    return explanation


def _ranges(after: Sequence[Any] | None) -> list[dict[str, Any]]:
    if after is None:
        return [{}]
    received_at, last = after
    return [
        {"received_at": received_at, "_id": {"$gt": last}},
        {"received_at": {"$gt": received_at}},
    ]


async def _find(
    collection: AsyncIOMotorCollection[dict[str, Any]],
    wanted: dict[str, Any],
    fields: Sequence[str],
    order: Sequence[tuple[str, int]] = (),
    limit: int = 0,
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    async for trial in retry_while_unavailable():
        with trial:
            cursor = collection.find(wanted, dict.fromkeys(fields, 1)).limit(limit)
            found = await (cursor.sort(list(order)) if order else cursor).to_list(None)
    return found


def _stored(document: dict[str, Any]) -> StoredDelivery:
    return StoredDelivery(
        document["_id"],
        document["attempt"],
        document["phase"],
        document.get("status"),
        document.get("archived", False),
        document["connector_id"],
        document.get("transaction_id"),
        document["received_at"],
        document.get("outcome_unknown") is True,
    )
