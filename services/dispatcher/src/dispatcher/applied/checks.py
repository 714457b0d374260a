"""The open questions in MongoDB, in the collection ``applied_checks`` of dispatcher.

A delivery has one question. Many deliveries share one bulk write.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from pymongo import ASCENDING, DeleteOne, IndexModel, UpdateOne

from common.batcher import Batcher
from common.database import ensure_indexes, retry_while_unavailable
from dispatcher.applied.check import AppliedCheck, parse_check

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from motor.motor_asyncio import AsyncIOMotorDatabase

FORGOTTEN_AFTER = timedelta(days=30)
"""MongoDB deletes a question this long after its last try, in case no dispatcher ended it."""
INDEXES = [
    IndexModel(
        [("connector_id", ASCENDING), ("next_check_at", ASCENDING), ("opened_at", ASCENDING)]
    ),
    IndexModel(
        [("give_up_at", ASCENDING)], expireAfterSeconds=int(FORGOTTEN_AFTER.total_seconds())
    ),
]


class OpenChecks(NamedTuple):
    """The number of a connector's open questions, and the time of the oldest."""

    number: int = 0
    oldest_at: datetime | None = None


class AppliedChecks:
    """The open questions of all connectors."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._collection = database["applied_checks"]
        self._batcher: Batcher[UpdateOne, None] = Batcher(self._open)

    async def create_indexes(self) -> None:
        """Create the missing indexes."""
        await ensure_indexes(self._collection, INDEXES)

    async def open(self, check: AppliedCheck, appointment_key: str, first_at: datetime) -> None:
        """Return when the question is stored. A repeated delivery opens no second question."""
        fields = {
            "connector_id": check.connector_id,
            "appointment_key": appointment_key,
            "receipt": check.receipt.model_dump(exclude_none=True),
            "opened_at": check.opened_at,
            "give_up_at": check.give_up_at,
            "next_check_at": first_at,
        }
        await self._batcher.submit(
            UpdateOne(
                {"_id": check.delivery_id},
                {"$max": {"attempt": check.attempt}, "$setOnInsert": fields},
                upsert=True,
            )
        )

    async def due_connectors(self, now: datetime) -> Collection[str]:
        """Return the ids of the connectors with due questions."""
        return await self._collection.distinct("connector_id", {"next_check_at": {"$lte": now}})

    async def due(self, connector_id: str, now: datetime, limit: int) -> list[AppliedCheck]:
        """Return the connector's due questions, the oldest first."""
        wanted = {"connector_id": connector_id, "next_check_at": {"$lte": now}}
        found = self._collection.find(wanted).sort("next_check_at", ASCENDING).limit(limit)
        return [parse_check(document) async for document in found]

    async def of_connector(self, connector_id: str, limit: int) -> list[AppliedCheck]:
        """Return questions of the connector, due or not."""
        found = self._collection.find({"connector_id": connector_id}).limit(limit)
        return [parse_check(document) async for document in found]

    async def overdue(self, before: datetime, limit: int) -> list[AppliedCheck]:
        """Return questions of any connector that no replica has ended in time."""
        found = self._collection.find({"give_up_at": {"$lte": before}}).limit(limit)
        return [parse_check(document) async for document in found]

    async def counts(self, connector_id: str) -> OpenChecks:
        """Return the number and the oldest of the connector's open questions."""
        stages: list[dict[str, Any]] = [
            {"$match": {"connector_id": connector_id}},
            {"$group": {"_id": None, "count": {"$sum": 1}, "oldest": {"$min": "$opened_at"}}},
        ]
        async for found in self._collection.aggregate(stages):
            return OpenChecks(found["count"], found["oldest"])
        return OpenChecks()

    async def save(
        self, ended: Iterable[AppliedCheck], waiting: Iterable[tuple[AppliedCheck, datetime]]
    ) -> None:
        """Delete ended questions, and store the next time of the others, in one write."""
        operations: list[DeleteOne | UpdateOne] = [
            DeleteOne({"_id": check.delivery_id, "attempt": check.attempt}) for check in ended
        ]
        operations += [
            UpdateOne({"_id": check.delivery_id}, {"$set": {"next_check_at": at}})
            for check, at in waiting
        ]
        if operations:
            await self._write(operations)

    async def _open(self, operations: Sequence[UpdateOne]) -> list[None]:
        await self._write(operations)
        return [None] * len(operations)

    async def _write(self, operations: Sequence[DeleteOne | UpdateOne]) -> None:
        async for trial in retry_while_unavailable():
            with trial:
                await self._collection.bulk_write(list(operations), ordered=False)
