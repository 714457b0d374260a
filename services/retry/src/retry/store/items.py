"""The deliveries of operations, one document each: what progress is counted from.

portal-api reads them.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pymongo
from pymongo import UpdateOne

from common.contracts.operation import ItemOutcome, item_id_of
from common.database import insert_missing, retry_while_unavailable
from retry.model.counts_cache import Tallies
from retry.model.item import Item
from retry.model.operation import Tally

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from motor.motor_asyncio import AsyncIOMotorDatabase

    from retry.model.item import Told

COUNTING_S = 120.0
"""Counting reads an index alone, and takes about a second for a million items."""


class Items:
    """An item moves from waiting over asked to its end, and never back."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._collection = database["operation_items"]
        self._tallies = Tallies()

    async def note(self, operation_id: str, items: Sequence[Item]) -> None:
        """Note deliveries; one that is noted already stays as it is."""
        self.recount(operation_id)
        new = {
            "operation_id": operation_id,
            "tried": False,
            "status": None,
            "at": datetime.now(UTC),
        }
        documents = [
            {"_id": item_id_of(operation_id, i.delivery_id), **i._asdict(), **new} for i in items
        ]
        await insert_missing(self._collection, documents)

    async def some(
        self, operation_id: str, outcome: ItemOutcome, most: int, behind: str = ""
    ) -> list[Item]:
        """Return items of this outcome in order, from behind this place on."""
        wanted, found = (
            {"operation_id": operation_id, "outcome": outcome, "order": {"$gt": behind}},
            list[dict[str, Any]](),
        )
        async for trial in retry_while_unavailable():
            with trial:
                found = (
                    await self._collection.find(wanted).sort("order", 1).limit(most).to_list(most)
                )
        if not behind and len(found) < most:
            self._tallies.listed(operation_id, outcome, len(found))
        return [Item(*(d[field] for field in Item._fields)) for d in found]

    def recount(self, operation_id: str) -> None:
        """Have the next tally counted: another replica may have moved items."""
        self._tallies.forget(operation_id)

    async def running_tally(self, operation_id: str) -> Tally:
        """Return the items by outcome: counted once, then carried on with every move."""
        known = self._tallies.get(operation_id)
        if known is None:
            known = await self.tally(operation_id)
            self._tallies.keep(operation_id, known)
        return known

    async def tally(self, operation_id: str) -> Tally:
        """Count the items by outcome."""
        with pymongo.timeout(COUNTING_S):
            return await self._count(operation_id)

    async def _count(self, operation_id: str) -> Tally:
        group = {"_id": {"outcome": "$outcome", "tried": "$tried"}, "count": {"$sum": 1}}
        steps: list[dict[str, Any]] = [
            {"$match": {"operation_id": operation_id}},
            {"$group": group},
        ]
        found: list[dict[str, Any]] = []
        async for trial in retry_while_unavailable():
            with trial:
                found = await self._collection.aggregate(steps).to_list(None)
        counts = dict.fromkeys(Tally._fields, 0)
        for row in found:
            counts[row["_id"]["outcome"]] += row["count"]
            if row["_id"] == {"outcome": ItemOutcome.SKIPPED, "tried": True}:
                counts["tried_skipped"] += row["count"]
        return Tally(**counts)

    async def ask(self, operation_id: str, messages: Mapping[str, str | None]) -> None:
        """Note that these deliveries are asked for, with what there is to say of each."""
        await self._move(
            operation_id,
            ItemOutcome.WAITING,
            {
                name: {"outcome": ItemOutcome.ASKED, "tried": True, "message": said}
                for name, said in messages.items()
            },
        )

    async def settle(
        self, operation_id: str, before: ItemOutcome, told: Mapping[str, Told]
    ) -> None:
        """Note what became of deliveries that had this outcome before."""
        await self._move(
            operation_id, before, {name: told_of_it._asdict() for name, told_of_it in told.items()}
        )

    async def forget(self, operation_id: str, most: int) -> int:
        """Delete so many of an operation's items; returns how many there were."""
        found: list[dict[str, Any]] = []
        async for trial in retry_while_unavailable():
            with trial:
                found = (
                    await self._collection.find({"operation_id": operation_id}, {"_id": 1})
                    .limit(most)
                    .to_list(most)
                )
                await self._collection.delete_many(
                    {"_id": {"$in": [document["_id"] for document in found]}}
                )
        return len(found)

    async def _move(
        self, operation_id: str, before: ItemOutcome, changes: Mapping[str, dict[str, Any]]
    ) -> None:
        if not changes:
            return
        now, found = datetime.now(UTC), 0
        updates = [
            UpdateOne(
                {"_id": item_id_of(operation_id, name), "outcome": before},
                {"$set": change | {"at": now}},
            )
            for name, change in changes.items()
        ]
        async for trial in retry_while_unavailable():
            with trial:
                found = (await self._collection.bulk_write(updates, ordered=False)).matched_count
        outcomes = [ItemOutcome(change["outcome"]) for change in changes.values()]
        self._tallies.moved(operation_id, before, outcomes, found)
