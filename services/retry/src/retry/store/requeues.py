"""The claims that make a double retry impossible: written before publishing, marked afterwards."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pymongo import ASCENDING, IndexModel
from pymongo.errors import BulkWriteError

from common.database import have_indexes, is_away, outlast
from retry.store.failed import FailedDelivery

if TYPE_CHECKING:
    from collections.abc import Sequence

    from motor.motor_asyncio import AsyncIOMotorDatabase

DUPLICATE_KEY = 11000
KEPT_DAYS = 90


class Requeues:
    """One document per delivery and attempt; whoever inserts it publishes it."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]], replica: str) -> None:
        self._collection, self._replica = database["requeues"], replica

    async def make_indexes(self) -> None:
        """Make what is missing: the open claims, and the end of old ones."""
        unpublished = IndexModel([("at", ASCENDING)], name="unpublished", partialFilterExpression={"published": False})
        old = IndexModel([("published_at", ASCENDING)], expireAfterSeconds=KEPT_DAYS * 86_400)
        await have_indexes(self._collection, [unpublished, old])

    async def claim(self, failed: Sequence[FailedDelivery], token: str) -> list[FailedDelivery]:
        """Return those whose next attempt nobody has asked for yet; they are ours to publish."""
        documents = [{"_id": key_of(f), **f._asdict(), "token": token, "published": False, "at": datetime.now(UTC), "by": self._replica} for f in failed]
        async for trial in outlast():
            with trial:
                try:
                    await self._collection.insert_many(documents, ordered=False)
                except BulkWriteError as error:
                    if is_away(error) or any(e["code"] != DUPLICATE_KEY for e in error.details["writeErrors"]):
                        raise
        ours = {d["_id"] for d in await self._ours([d["_id"] for d in documents], token)}
        return [f for f in failed if key_of(f) in ours]

    async def unpublished(self) -> list[FailedDelivery]:
        """Return what was claimed and never marked: its replica was killed in between."""
        found: list[dict[str, Any]] = []
        async for trial in outlast():
            with trial:
                found = await self._collection.find({"published": False}).sort("at", 1).limit(1000).to_list(1000)
        return [FailedDelivery(d["delivery_id"], d["attempt"], d["connector_id"], d["transaction_id"]) for d in found]

    async def mark(self, published: Sequence[FailedDelivery]) -> None:
        """Note that these are with the broker."""
        done = {"published": True, "published_at": datetime.now(UTC)}
        async for trial in outlast():
            with trial:
                await self._collection.update_many({"_id": {"$in": [key_of(f) for f in published]}}, {"$set": done})

    async def _ours(self, keys: Sequence[str], token: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        async for trial in outlast():
            with trial:
                found = await self._collection.find({"_id": {"$in": list(keys)}, "token": token}, {"_id": 1}).to_list(None)
        return found


def key_of(failed: FailedDelivery) -> str:
    """Return the claim's id: the delivery and the attempt that is asked for."""
    return f"{failed.delivery_id}.{failed.attempt + 1}"
