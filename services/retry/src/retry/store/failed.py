"""Finds what failed; reads only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from common.contracts.message import NO_CONNECTOR
from common.database import outlast
from retry.candidate import Candidate

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from motor.motor_asyncio import AsyncIOMotorDatabase

PAGE = 200
FAILED = {
    "status": "Failed",
    "phase": "done",
    "archived": False,
    "connector_id": {"$ne": NO_CONNECTOR},
}


class Failed:
    """Pages by key, so that what changes meanwhile moves nothing."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._deliveries = database["deliveries"]

    async def pages(self) -> AsyncIterator[list[Candidate]]:
        """Yield every Failed, not archived delivery of a connector, some at a time."""
        last = ""
        while page := await self._page(last):
            yield [
                Candidate(d["_id"], d["attempt"], d["connector_id"], d["transaction_id"])
                for d in page
            ]
            last = page[-1]["_id"]

    async def _page(self, last: str) -> list[dict[str, Any]]:
        wanted = FAILED | {"_id": {"$gt": last}}
        page: list[dict[str, Any]] = []
        async for trial in outlast():
            with trial:
                page = (
                    await self._deliveries.find(
                        wanted, {"attempt": 1, "connector_id": 1, "transaction_id": 1}
                    )
                    .sort("_id", 1)
                    .limit(PAGE)
                    .to_list(PAGE)
                )
        return page
