"""The indexes of the collections that retry writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pymongo import ASCENDING, IndexModel

from common.contracts.operation import RETENTION_DAYS
from common.database import ensure_indexes

if TYPE_CHECKING:
    from motor.motor_asyncio import AsyncIOMotorDatabase


def _by(*fields: str, **options: Any) -> IndexModel:
    return IndexModel([(field, ASCENDING) for field in fields], **options)


INDEXES: dict[str, list[IndexModel]] = {
    "requeues": [
        _by("at", name="unpublished", partialFilterExpression={"published": False}),
        _by("published_at", expireAfterSeconds=RETENTION_DAYS * 86_400),
    ],
    "operations": [
        _by("asked_at", name="open", partialFilterExpression={"is_open": True}),
        _by("finished_at"),
    ],
    "operation_items": [
        _by(
            "operation_id", "outcome", "order", "tried"
        ),  # counting reads this index and no document
        _by("operation_id", "order", "_id"),
        _by("delivery_id"),  # the operations on an appointment's timeline
    ],
}


async def create_indexes(database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
    """Create the indexes that are missing."""
    for collection, indexes in INDEXES.items():
        await ensure_indexes(database[collection], indexes)
