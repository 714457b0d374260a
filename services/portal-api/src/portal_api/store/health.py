"""Observations of the system in MongoDB, read within two seconds."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pymongo
from pymongo.errors import PyMongoError

from common.contracts.applied import AppliedState
from common.database import is_unavailable
from portal_api.health.observations import (
    AppliedCounts,
    LaneHold,
    MongoDbObservation,
    StoredObservations,
)
from portal_api.store.heartbeats import Heartbeats

if TYPE_CHECKING:
    from motor.motor_asyncio import AsyncIOMotorDatabase

READ_TIMEOUT_S = 2.0
MAX_CONNECTORS = 1_000
MAX_DEAD_LETTERS = 200
MAX_NOT_APPLIED = 10_000
NOT_APPLIED = (AppliedState.WAITING, AppliedState.REFUSED, AppliedState.REVERTED)
UNAVAILABLE = MongoDbObservation(reachable=False)


class HealthQueries:
    """Reads all observations concurrently."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._database = database
        self._heartbeats = Heartbeats(database)

    async def read(self) -> StoredObservations:
        """Return the observations. An unavailable MongoDB is an observation and raises nothing."""
        mongodb = UNAVAILABLE
        try:
            with pymongo.timeout(READ_TIMEOUT_S):
                async with asyncio.timeout(READ_TIMEOUT_S + 0.5):
                    mongodb = await self._server()
                    return (
                        await self._observations(mongodb)
                        if mongodb.primary
                        else StoredObservations(mongodb)
                    )
        except TimeoutError:
            return StoredObservations(UNAVAILABLE)
        except PyMongoError as error:  # MongoDB is available, and an index is under construction
            return StoredObservations(UNAVAILABLE if is_unavailable(error) else mongodb)

    async def _server(self) -> MongoDbObservation:
        hello, build = (
            await self._database.command("hello"),
            await self._database.command("buildInfo"),
        )
        return MongoDbObservation(
            reachable=True,
            version=build.get("version"),
            primary=hello.get("primary") if hello.get("isWritablePrimary") else None,
        )

    async def _observations(self, mongodb: MongoDbObservation) -> StoredObservations:
        heartbeats, connectors, held, oldest, not_applied, letters = await asyncio.gather(
            self._heartbeats.all(),
            self._connectors(),
            self._holds(),
            oldest_waiting(self._database),
            not_applied_counts(self._database),
            self._dead_letters(),
        )
        names = {connector["_id"]: connector["name"] for connector in connectors}
        partitions = {
            connector["_id"]: connector["most_partitions"]
            for connector in connectors
            if connector.get("most_partitions", 1) > 1
        }
        return StoredObservations(
            mongodb, heartbeats, names, partitions, held, oldest, not_applied, letters
        )

    async def _connectors(self) -> list[dict[str, Any]]:
        found = self._database["connectors"].find({}, {"name": 1, "most_partitions": 1})
        return await found.sort("_id", 1).limit(MAX_CONNECTORS).to_list(MAX_CONNECTORS)

    async def _holds(self) -> dict[str, list[LaneHold]]:
        held: dict[str, list[LaneHold]] = {}
        async for lane in (
            self._database["lanes"]
            .find({"held_until": {"$gt": datetime.now(UTC)}})
            .sort("held_until", 1)
            .limit(MAX_CONNECTORS)
        ):
            held.setdefault(lane["connector_id"], []).append(
                LaneHold(
                    lane["replica"], lane["held_since"], lane["held_until"], lane.get("reason")
                )
            )
        return held

    async def _dead_letters(self) -> int:
        """Count the newest dead letters that are neither archived nor delivered since."""
        newest = (
            self._database["dead_letters"]
            .find({}, {"_id": 1})
            .sort("at", -1)
            .limit(MAX_DEAD_LETTERS)
        )
        ids = [letter["_id"] async for letter in newest]
        return (
            await self._database["deliveries"].count_documents(
                {"_id": {"$in": ids}, "archived": False, "troubled": True}
            )
            if ids
            else 0
        )


async def oldest_waiting(database: AsyncIOMotorDatabase[dict[str, Any]]) -> dict[str, datetime]:
    """Return the time of the oldest pending delivery per connector.

    This is one seek per connector in the index ``waiting``.
    """
    stages: list[dict[str, Any]] = [
        {"$match": {"phase": "pending"}},
        {"$sort": {"phase": 1, "connector_id": 1, "changed_at": 1}},
        {"$group": {"_id": "$connector_id", "oldest": {"$first": "$changed_at"}}},
        {"$limit": MAX_CONNECTORS},
    ]
    found = await database["deliveries"].aggregate(stages, hint="waiting").to_list(MAX_CONNECTORS)
    return {group["_id"]: group["oldest"] for group in found}


async def not_applied_counts(
    database: AsyncIOMotorDatabase[dict[str, Any]],
) -> dict[str, AppliedCounts]:
    """Return the counts of records that are not applied, per connector.

    They are read in the order of an index, and at most 10,000 records count.
    """
    state, connector = "$applied.state", "$connector_id"
    stages: list[dict[str, Any]] = [
        {"$match": {"archived": False, "applied.state": {"$in": list(NOT_APPLIED)}}},
        {"$sort": {"applied.state": 1, "received_at": -1, "_id": -1}},
        {"$limit": MAX_NOT_APPLIED},
        {
            "$group": {
                "_id": {"connector_id": connector, "state": state},
                "count": {"$sum": 1},
                "oldest": {"$min": "$received_at"},
            }
        },
    ]
    counts: dict[str, AppliedCounts] = {}
    async for group in database["deliveries"].aggregate(stages):
        connector_id, found = group["_id"]["connector_id"], group["_id"]["state"]
        known = counts.get(connector_id, AppliedCounts())
        oldest = {"oldest_waiting_at": group["oldest"]} if found == AppliedState.WAITING else {}
        counts[connector_id] = known._replace(**{found: group["count"]} | oldest)
    return counts
