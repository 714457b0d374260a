"""Finds what failed, with the snapshot to send again; reads only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from common.contracts.message import NO_CONNECTOR
from common.contracts.transaction import TransactionReceived
from common.database import outlast

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from motor.motor_asyncio import AsyncIOMotorDatabase

PAGE = 200
FAILED = {"status": "Failed", "phase": "done", "archived": False, "connector_id": {"$ne": NO_CONNECTOR}}


class FailedDelivery(NamedTuple):
    """A delivery whose last attempt failed."""

    delivery_id: str
    attempt: int
    connector_id: str
    transaction_id: str


class Failed:
    """Pages by key, so that what changes meanwhile moves nothing."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._deliveries, self._transactions = database["deliveries"], database["transactions"]

    async def pages(self) -> AsyncIterator[list[FailedDelivery]]:
        """Yield every Failed, not archived delivery of a connector, some at a time."""
        last = ""
        while page := await self._page(last):
            yield [FailedDelivery(d["_id"], d["attempt"], d["connector_id"], d["transaction_id"]) for d in page]
            last = page[-1]["_id"]

    async def transactions(self, ids: Sequence[str]) -> dict[str, TransactionReceived]:
        """Return these transactions by id, without those that are not stored."""
        found: list[dict[str, Any]] = []
        async for trial in outlast():
            with trial:
                found = await self._transactions.find({"_id": {"$in": list(ids)}}).to_list(None)
        return {t["_id"]: TransactionReceived.model_validate({**t, "transaction_id": t["_id"]}) for t in found}

    async def _page(self, last: str) -> list[dict[str, Any]]:
        wanted = FAILED | {"_id": {"$gt": last}}
        page: list[dict[str, Any]] = []
        async for trial in outlast():
            with trial:
                page = await self._deliveries.find(wanted, {"attempt": 1, "connector_id": 1, "transaction_id": 1}).sort("_id", 1).limit(PAGE).to_list(PAGE)
        return page
