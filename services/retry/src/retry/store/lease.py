"""The lease that lets one replica act, and the tick that was acted on last."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pymongo
from pymongo.errors import DuplicateKeyError, PyMongoError

from common.database import retry_while_unavailable

if TYPE_CHECKING:
    from motor.motor_asyncio import AsyncIOMotorDatabase

CRON, OPERATIONS = "cron", "operations"


class Clock:
    """One document per duty, changed only by compare-and-set."""

    def __init__(
        self,
        database: AsyncIOMotorDatabase[dict[str, Any]],
        replica: str,
        lease_s: float,
        duty: str = CRON,
    ) -> None:
        self._duty = duty
        self._last_tick: datetime | None = None
        self._collection = database["clock"]
        self._replica = replica
        self._lease = timedelta(seconds=lease_s)

    async def is_mine(self) -> bool:
        """Whether this replica acts until the lease ends: it has the lease already,
        or nobody has it.
        """
        now = datetime.now(UTC)
        mine = {"$or": [{"owner": self._replica}, {"lease_until": {"$lte": now}}]}
        taken = False
        async for trial in retry_while_unavailable():
            with trial:
                try:
                    lease = {"$set": {"owner": self._replica, "lease_until": now + self._lease}}
                    taken = bool(
                        await self._collection.update_one(
                            {"_id": self._duty, **mine}, lease, upsert=True
                        )
                    )
                except DuplicateKeyError:
                    taken = False
        return taken

    async def begin(self, tick: datetime) -> bool:
        """Whether this tick is this replica's to act on: nobody began it or a later one."""
        begun = False
        async for trial in retry_while_unavailable():
            with trial:
                later = {
                    "_id": self._duty,
                    "owner": self._replica,
                    "last_tick_at": {"$not": {"$gte": tick}},
                }
                result = await self._collection.update_one(later, {"$set": {"last_tick_at": tick}})
                begun = result.matched_count == 1
        return begun

    async def last_tick(self) -> datetime | None:
        """Return the tick that was acted on last, by whichever replica; while MongoDB is away, what
        was known before.
        """
        with contextlib.suppress(PyMongoError), pymongo.timeout(1):
            found = await self._collection.find_one({"_id": self._duty}, {"last_tick_at": 1})
            self._last_tick = (found or {}).get("last_tick_at")
        return self._last_tick

    async def give_back(self) -> None:
        """Let another replica act at once."""
        async for trial in retry_while_unavailable():
            with trial:
                await self._collection.update_one(
                    {"_id": self._duty, "owner": self._replica},
                    {"$set": {"lease_until": datetime(1970, 1, 1, tzinfo=UTC)}},
                )
