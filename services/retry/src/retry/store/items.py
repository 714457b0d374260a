"""The items of operations, one document per delivery. Progress is counted from them.

portal-api reads this collection.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pymongo
from pymongo import UpdateOne

from common.contracts.operation import ItemOutcome, item_id_of
from common.database import insert_missing, retry_while_unavailable
from retry.model.counts_cache import CountsCache
from retry.model.item import OperationItem
from retry.model.operation import ItemCounts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from motor.motor_asyncio import AsyncIOMotorDatabase

    from retry.model.item import ItemResult

COUNT_TIMEOUT_S = 120.0
"""Counting reads one index and no document. A million items take about a second."""


class ItemStore:
    """The collection ``operation_items``.

    An item goes from waiting to asked to its final outcome, and never back.
    """

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._collection = database["operation_items"]
        self._cache = CountsCache()

    async def add(self, operation_id: str, items: Sequence[OperationItem]) -> None:
        """Insert items. An item that is stored already stays unchanged."""
        self.invalidate_counts(operation_id)
        new = {
            "operation_id": operation_id,
            "tried": False,
            "status": None,
            "at": datetime.now(UTC),
        }
        documents = [
            {"_id": item_id_of(operation_id, i.delivery_id), **_as_document(i), **new}
            for i in items
        ]
        await insert_missing(self._collection, documents)

    async def with_outcome(
        self, operation_id: str, outcome: ItemOutcome, limit: int, after: str = ""
    ) -> list[OperationItem]:
        """Return the first items with this outcome, in order, after this ``order`` value."""
        wanted = {"operation_id": operation_id, "outcome": outcome, "order": {"$gt": after}}
        found: list[dict[str, Any]] = []
        async for trial in retry_while_unavailable():
            with trial:
                found = (
                    await self._collection.find(wanted).sort("order", 1).limit(limit).to_list(limit)
                )
        if not after and len(found) < limit:
            self._cache.compare(operation_id, outcome, len(found))
        return [_item(document) for document in found]

    def invalidate_counts(self, operation_id: str) -> None:
        """Have the items counted again, because another replica may have changed them."""
        self._cache.invalidate(operation_id)

    async def cached_counts(self, operation_id: str) -> ItemCounts:
        """Return the counts by outcome. They are counted once, then updated with every change."""
        known = self._cache.get(operation_id)
        if known is None:
            known = await self.count(operation_id)
            self._cache.put(operation_id, known)
        return known

    async def count(self, operation_id: str) -> ItemCounts:
        """Count the items by outcome."""
        with pymongo.timeout(COUNT_TIMEOUT_S):
            return await self._aggregate_counts(operation_id)

    async def _aggregate_counts(self, operation_id: str) -> ItemCounts:
        group = {"_id": {"outcome": "$outcome", "tried": "$tried"}, "count": {"$sum": 1}}
        pipeline: list[dict[str, Any]] = [
            {"$match": {"operation_id": operation_id}},
            {"$group": group},
        ]
        found: list[dict[str, Any]] = []
        async for trial in retry_while_unavailable():
            with trial:
                found = await self._collection.aggregate(pipeline).to_list(None)
        counts = dict.fromkeys(ItemCounts._fields, 0)
        for row in found:
            counts[row["_id"]["outcome"]] += row["count"]
            if row["_id"] == {"outcome": ItemOutcome.SKIPPED, "tried": True}:
                counts["tried_skipped"] += row["count"]
        return ItemCounts(**counts)

    async def mark_asked(self, operation_id: str, messages: Mapping[str, str | None]) -> None:
        """Mark waiting items as asked. ``messages`` holds the message of each delivery id."""
        changes = {
            delivery_id: {"outcome": ItemOutcome.ASKED, "tried": True, "message": message}
            for delivery_id, message in messages.items()
        }
        await self._update(operation_id, ItemOutcome.WAITING, changes)

    async def save_results(
        self, operation_id: str, before: ItemOutcome, results: Mapping[str, ItemResult]
    ) -> None:
        """Store the results of items that had the outcome ``before``, by delivery id."""
        changes = {delivery_id: result._asdict() for delivery_id, result in results.items()}
        await self._update(operation_id, before, changes)

    async def delete_batch(self, operation_id: str, limit: int) -> int:
        """Delete items of an operation up to the limit. Return how many were deleted."""
        found: list[dict[str, Any]] = []
        async for trial in retry_while_unavailable():
            with trial:
                found = (
                    await self._collection.find({"operation_id": operation_id}, {"_id": 1})
                    .limit(limit)
                    .to_list(limit)
                )
                await self._collection.delete_many(
                    {"_id": {"$in": [document["_id"] for document in found]}}
                )
        return len(found)

    async def _update(
        self, operation_id: str, before: ItemOutcome, changes: Mapping[str, dict[str, Any]]
    ) -> None:
        if not changes:
            return
        now = datetime.now(UTC)
        matched = 0
        updates = [
            UpdateOne(
                {"_id": item_id_of(operation_id, delivery_id), "outcome": before},
                {"$set": change | {"at": now}},
            )
            for delivery_id, change in changes.items()
        ]
        async for trial in retry_while_unavailable():
            with trial:
                matched = (await self._collection.bulk_write(updates, ordered=False)).matched_count
        outcomes = [ItemOutcome(change["outcome"]) for change in changes.values()]
        self._cache.apply_update(operation_id, before, outcomes, matched)


def _as_document(item: OperationItem) -> dict[str, Any]:
    return {
        "delivery_id": item.delivery_id,
        "order": item.order,
        "connector_id": item.connector_id,
        "transaction_id": item.transaction_id,
        "attempt": item.requested_attempt,
        "outcome": item.outcome,
        "message": item.message,
    }


def _item(document: dict[str, Any]) -> OperationItem:
    return OperationItem(
        document["delivery_id"],
        document["order"],
        document["connector_id"],
        document["transaction_id"],
        document["attempt"],
        document["outcome"],
        document["message"],
    )
