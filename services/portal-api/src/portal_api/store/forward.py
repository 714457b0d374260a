"""Changes of documents that move forwards only, so that messages may come late or twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pymongo import UpdateOne

if TYPE_CHECKING:
    from portal_api.store.writer import Change

RECORDED_AT = "recorded_at"
"""The time of the last change of a delivery, on MongoDB's clock. A plan selects deliveries as of a
time.
"""


def update_forward(
    collection: str,
    document_id: str,
    field: str,
    value: object,
    update: dict[str, Any],
    *,
    upsert: bool = True,
) -> Change:
    """Update only forwards. An older event matches no document, has a duplicate key on insert, and
    is ignored.
    """
    return collection, UpdateOne(
        {"_id": document_id, field: {"$not": {"$gte": value}}}, update, upsert=upsert
    )
