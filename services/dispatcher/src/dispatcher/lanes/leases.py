"""Leases of limit groups in MongoDB. They decide which replica works which lanes.

A lane has one active consumer at RabbitMQ. That alone does not enforce a connector's limits,
because the next consumer begins after a lost connection while calls of the last one are still under
way. So a replica consumes the lanes of a group only while it holds the lease of the group, and
releases the lease when its last call has ended (docs/adr/0020). Leases are measured by the clock of
MongoDB.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pymongo.errors import BulkWriteError

from common.database import is_duplicate

if TYPE_CHECKING:
    from motor.motor_asyncio import AsyncIOMotorDatabase

MARGIN_S = 0.5
_EXPIRED = {"$expr": {"$lte": ["$until", "$$NOW"]}}
_LIVE = {"$expr": {"$gt": ["$until", "$$NOW"]}}
_RELEASED = {"$set": {"owner": None, "until": "$$NOW"}}


StoredBreakers = Sequence[Mapping[str, Any]]
"""The circuit breakers' states of a group's held lanes, each with ``lane`` and ``version``."""


class LaneLeases:
    """The leases, in the collections ``dispatchers`` (live replicas) and ``lane_leases``.

    A restarted replica counts as another one, because calls of the former process may be under way
    until its leases expire.
    """

    def __init__(
        self, database: AsyncIOMotorDatabase[dict[str, Any]], replica: str, lease_s: float
    ) -> None:
        self._replicas = database["dispatchers"]
        self._leases = database["lane_leases"]
        self._replica = f"{replica} {uuid.uuid4().hex[:8]}"
        self._lease_s = lease_s
        self._has_joined = False
        self._until = [
            {
                "$set": {
                    "until": {
                        "$dateAdd": {
                            "startDate": "$$NOW",
                            "unit": "millisecond",
                            "amount": int(lease_s * 1000),
                        }
                    }
                }
            }
        ]

    @property
    def replica(self) -> str:
        """The unique name of this replica among the live ones."""
        return self._replica

    async def join(self) -> Sequence[str]:
        """Register this replica as live, and return the names of the live replicas."""
        if not self._has_joined:
            await self._replicas.delete_many(_EXPIRED)
            self._has_joined = True
        await self._replicas.update_one({"_id": self._replica}, self._until, upsert=True)
        return await self.replicas()

    async def replicas(self) -> Sequence[str]:
        """Return the names of the live replicas."""
        return [found["_id"] async for found in self._replicas.find(_LIVE, {"_id": 1})]

    async def leave(self) -> None:
        """Remove this replica from the live ones."""
        await self._replicas.delete_one({"_id": self._replica})

    async def create(self, groups: Collection[str]) -> None:
        """Create the documents of these groups, unless they exist."""
        if not groups:
            return
        documents: list[dict[str, Any]] = [
            {"_id": group, "owner": None, "breakers": []} for group in groups
        ]
        try:
            await self._leases.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            if not is_duplicate(error):
                raise

    async def renew(self, groups: Collection[str]) -> tuple[dict[str, StoredBreakers], float]:
        """Renew this replica's leases of these groups, and take the free ones.

        Returns the circuit breakers of each group that this replica owns now, and the end of the
        leases on the monotonic clock.
        """
        if not groups:
            return {}, time.monotonic()
        began = time.monotonic()
        mine = {"owner": self._replica}
        free = {"$or": [mine, {"owner": None}, {"until": {"$exists": False}}, _EXPIRED]}
        wanted = {"_id": {"$in": list(groups)}}
        await self._leases.update_many(wanted | free, [{"$set": mine}, *self._until])
        found = self._leases.find(wanted | mine, {"breakers": 1})
        owned = {one["_id"]: one.get("breakers") or [] async for one in found}
        return owned, began + self._lease_s - MARGIN_S

    async def store_breakers(self, group: str, breakers: StoredBreakers) -> None:
        """Store the circuit breakers of a group's held lanes for the next replica."""
        await self._leases.update_one(
            {"_id": group, "owner": self._replica}, {"$set": {"breakers": list(breakers)}}
        )

    async def release(self, groups: Collection[str]) -> None:
        """Release the leases of these groups, none of which has a call under way."""
        if groups:
            owned = {"_id": {"$in": list(groups)}, "owner": self._replica}
            await self._leases.update_many(owned, [_RELEASED])
