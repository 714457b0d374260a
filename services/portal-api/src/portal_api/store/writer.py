"""Writes what messages change: many messages to one bulk write, and however long
MongoDB is away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pymongo.errors import BulkWriteError

from common.batcher import Batcher
from common.database import is_away, outlast

if TYPE_CHECKING:
    from collections.abc import Sequence

    from motor.motor_asyncio import AsyncIOMotorDatabase
    from pymongo import UpdateOne

    from portal_api.store.projections import Change

DUPLICATE_KEY = 11000
MESSAGES_TOGETHER = 64


class Writer:
    """Returns when the changes are safe with the majority."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._database = database
        self._batcher: Batcher[Sequence[Change], None] = Batcher(self._flush, MESSAGES_TOGETHER)

    async def write(self, changes: Sequence[Change]) -> None:
        """Apply the changes; raises what MongoDB says when they can never be applied."""
        await self._batcher.submit(changes)

    async def _flush(self, batches: Sequence[Sequence[Change]]) -> list[None]:
        by_collection: dict[str, list[UpdateOne]] = {}
        for changes in batches:
            for collection, operation in changes:
                by_collection.setdefault(collection, []).append(operation)
        for collection, operations in by_collection.items():
            async for trial in outlast():
                with trial:
                    await self._apply(collection, operations)
        return [None] * len(batches)

    async def _apply(self, collection: str, operations: list[UpdateOne]) -> None:
        """Apply in one write.

        What collided is applied once more: another replica may just have inserted the document with
        something older. A second collision means that something newer is there already.
        """
        collided = await self._collided(collection, operations)
        if collided:
            await self._collided(collection, collided)

    async def _collided(self, collection: str, operations: list[UpdateOne]) -> list[UpdateOne]:
        try:
            await self._database[collection].bulk_write(operations, ordered=False)
        except BulkWriteError as error:
            if is_away(error) or any(
                e["code"] != DUPLICATE_KEY for e in error.details["writeErrors"]
            ):
                raise
            return [operations[e["index"]] for e in error.details["writeErrors"]]
        return []
