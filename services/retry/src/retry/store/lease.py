"""A lease in MongoDB: one replica at a time holds it, and only that replica acts."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pymongo
from pymongo.errors import DuplicateKeyError, PyMongoError

from common.database import retry_while_unavailable

if TYPE_CHECKING:
    from motor.motor_asyncio import AsyncIOMotorDatabase

TIMER_JOB = "cron"
OPERATIONS = "operations"


class Lease:
    """The lease of one duty, a document that is changed only by compare-and-set.

    The lease of the timer job also stores the last tick that a replica acted on.
    """

    def __init__(
        self,
        database: AsyncIOMotorDatabase[dict[str, Any]],
        replica: str,
        lease_s: float,
        duty: str = TIMER_JOB,
    ) -> None:
        self._collection = database["clock"]
        self._replica = replica
        self._duration = timedelta(seconds=lease_s)
        self._duty = duty
        self._last_tick: datetime | None = None

    async def acquire(self) -> bool:
        """Take or renew the lease. Return whether this replica holds it."""
        now = datetime.now(UTC)
        available = {"$or": [{"owner": self._replica}, {"lease_until": {"$lte": now}}]}
        acquired = False
        async for trial in retry_while_unavailable():
            with trial:
                try:
                    lease = {"$set": {"owner": self._replica, "lease_until": now + self._duration}}
                    acquired = bool(
                        await self._collection.update_one(
                            {"_id": self._duty, **available}, lease, upsert=True
                        )
                    )
                except DuplicateKeyError:
                    acquired = False
        return acquired

    async def begin_tick(self, tick: datetime) -> bool:
        """Claim a tick for this replica. Return False when it or a later one was claimed."""
        begun = False
        async for trial in retry_while_unavailable():
            with trial:
                unclaimed = {
                    "_id": self._duty,
                    "owner": self._replica,
                    "last_tick_at": {"$not": {"$gte": tick}},
                }
                result = await self._collection.update_one(
                    unclaimed, {"$set": {"last_tick_at": tick}}
                )
                begun = result.matched_count == 1
        return begun

    async def last_tick(self) -> datetime | None:
        """Return the last tick that any replica claimed.

        While MongoDB is unavailable, return the last known value.
        """
        with contextlib.suppress(PyMongoError), pymongo.timeout(1):
            found = await self._collection.find_one({"_id": self._duty}, {"last_tick_at": 1})
            self._last_tick = (found or {}).get("last_tick_at")
        return self._last_tick

    async def release(self) -> None:
        """End the lease, so that another replica can acquire it at once."""
        async for trial in retry_while_unavailable():
            with trial:
                await self._collection.update_one(
                    {"_id": self._duty, "owner": self._replica},
                    {"$set": {"lease_until": datetime(1970, 1, 1, tzinfo=UTC)}},
                )
