"""The snapshots to send again; reads only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from common.contracts.transaction import TransactionReceived
from common.database import outlast

if TYPE_CHECKING:
    from collections.abc import Iterable

    from motor.motor_asyncio import AsyncIOMotorDatabase


class Transactions:
    """What Dime.Scheduler reported, by id."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._collection = database["transactions"]

    async def of(self, ids: Iterable[str]) -> dict[str, TransactionReceived]:
        """Return these transactions by id, without those that are not stored."""
        wanted, found = {"_id": {"$in": sorted(set(ids))}}, list[dict[str, Any]]()
        async for trial in outlast():
            with trial:
                found = await self._collection.find(wanted).to_list(None)
        return {
            t["_id"]: TransactionReceived.model_validate({**t, "transaction_id": t["_id"]})
            for t in found
        }
