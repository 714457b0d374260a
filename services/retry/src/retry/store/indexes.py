"""The indexes of what retry keeps; made at start, harmless when they are there."""

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
        _by("operation_id", "outcome", "order", "tried"),  # counting reads this index alone
        _by("operation_id", "order", "_id"),
        _by("delivery_id"),  # who asked for what, on an appointment's timeline
    ],
}


async def make_indexes(database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
    """Make what is missing."""
    for collection, indexes in INDEXES.items():
        await ensure_indexes(database[collection], indexes)
