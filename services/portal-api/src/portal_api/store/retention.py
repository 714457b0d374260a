"""The retention of documents, by an index that MongoDB deletes them by. A changed setting replaces
the index.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pymongo import ASCENDING, IndexModel
from pymongo.errors import OperationFailure

from common.database import ensure_indexes, retry_while_unavailable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import timedelta

    from motor.motor_asyncio import AsyncIOMotorCollection, AsyncIOMotorDatabase

INDEX_NOT_FOUND, INDEX_CONFLICTS = 27, (85, 86)
"""Another replica dropped the index first, or the index has another duration."""


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """MongoDB deletes a collection's documents this long after ``at``. ``wanted`` restricts the
    rule to some documents.
    """

    collection: str
    name: str
    duration: timedelta
    wanted: dict[str, Any] = field(default_factory=dict)


async def apply_retention(
    database: AsyncIOMotorDatabase[dict[str, Any]], rules: Iterable[RetentionRule]
) -> None:
    """Create or replace the retention indexes.

    ``collMod`` would need a role that the services do not have.
    """
    for rule in rules:
        partial: dict[str, Any] = {"partialFilterExpression": rule.wanted} if rule.wanted else {}
        index = IndexModel(
            [("at", ASCENDING)],
            name=rule.name,
            expireAfterSeconds=int(rule.duration.total_seconds()),
            **partial,
        )
        try:
            await ensure_indexes(database[rule.collection], [index])
        except OperationFailure as error:
            if error.code not in INDEX_CONFLICTS:
                raise
            await _drop(database[rule.collection], rule.name)
            await ensure_indexes(database[rule.collection], [index])


async def _drop(collection: AsyncIOMotorCollection[dict[str, Any]], name: str) -> None:
    async for trial in retry_while_unavailable():
        with trial:
            try:
                await collection.drop_index(name)
            except OperationFailure as error:
                if error.code != INDEX_NOT_FOUND:
                    raise
