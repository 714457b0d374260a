"""The store of the latest heartbeat of each replica."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from pymongo.errors import DuplicateKeyError

from common.contracts.telemetry import Heartbeat
from common.database import retry_while_unavailable

if TYPE_CHECKING:
    from datetime import datetime

    from motor.motor_asyncio import AsyncIOMotorDatabase

MAX_REPLICAS = 500


class Heartbeats:
    """The collection ``heartbeats``, with one document per replica. Only a later heartbeat replaces
    it.
    """

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._heartbeats = database["heartbeats"]

    async def save(self, beat: Heartbeat, heard_at: datetime) -> None:
        """Store the heartbeat, unless a later one of the same replica is stored."""
        document = beat.model_dump(exclude={"version"}) | {"heard_at": heard_at}
        async for trial in retry_while_unavailable():
            with trial, contextlib.suppress(DuplicateKeyError):
                await self._heartbeats.update_one(
                    {"_id": beat.key, "at": {"$not": {"$gte": beat.at}}},
                    {"$set": document},
                    upsert=True,
                )

    async def all(self) -> list[tuple[Heartbeat, datetime]]:
        """Return the latest heartbeat of each replica and its time of receipt. Raises
        PyMongoError.
        """
        found = (
            await self._heartbeats.find().sort("_id", 1).limit(MAX_REPLICAS).to_list(MAX_REPLICAS)
        )
        return [(Heartbeat.model_validate(document), document["heard_at"]) for document in found]
