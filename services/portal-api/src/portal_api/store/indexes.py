"""The indexes of every list the API offers; made at start, harmless when they are there (docs/adr/0014 says what each costs)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pymongo
from pymongo import ASCENDING, DESCENDING, IndexModel

from common.database import outlast

if TYPE_CHECKING:
    from motor.motor_asyncio import AsyncIOMotorDatabase

A_DAY_S = 86_400.0
_LISTED: dict[str, Any] = {"archived": False}
_OF_DELIVERIES = ("changed_at", "status", "connector_name", "action", "trigger", "attempt", "code", "words")
_OF_THEIR_APPOINTMENTS = ("source_app", "job_no", "task_no", "subject", "appointment_id")
_OF_APPOINTMENTS = (
    "last_transaction_at",
    "modified_at",
    "modified_by",
    "created_at",
    "created_by",
    "action",
    "phase",
    "source_app",
    "job_no",
    "task_no",
    "subject",
    "start",
    "appointment_id",
    "appointment_guid",
    "back_office_id",
    "outcomes",
    "words",
)


def _by(*fields: str, only: dict[str, Any] | None = None) -> IndexModel:
    return IndexModel([*((field, ASCENDING) for field in fields), ("_id", ASCENDING)], **_partial(only))


def _newest(*fields: str, newest: str, only: dict[str, Any] | None = None) -> IndexModel:
    return IndexModel([*((field, ASCENDING) for field in fields), (newest, DESCENDING), ("_id", DESCENDING)], **_partial(only))


def _partial(only: dict[str, Any] | None) -> dict[str, Any]:
    return {"partialFilterExpression": only} if only else {}


INDEXES: dict[str, list[IndexModel]] = {
    "deliveries": [
        _newest(newest="received_at", only=_LISTED),
        IndexModel([("received_at", DESCENDING), ("_id", DESCENDING)], name="archive", partialFilterExpression={"archived": True}),
        *(_newest(field, newest="received_at", only=_LISTED) for field in _OF_DELIVERIES),
        *(_newest(f"appointment.{field}", newest="received_at", only=_LISTED) for field in _OF_THEIR_APPOINTMENTS),
        _newest("connector_id", "status", newest="received_at", only=_LISTED),
        _newest("cause", newest="received_at", only=_LISTED | {"cause": {"$gt": ""}}),
        _newest("appointment.key", newest="received_at"),
        _by("status", only=_LISTED | {"status": "Failed"}),
    ],
    "attempts": [IndexModel([("delivery_id", ASCENDING), ("attempt", DESCENDING)])],
    "appointments": [_by(field) for field in _OF_APPOINTMENTS],
    "saved_views": [IndexModel([("owner", ASCENDING), ("list", ASCENDING), ("name", ASCENDING)], unique=True), _by("owner", "name"), _by("shared", "name")],
    "lanes": [IndexModel([("held_until", ASCENDING)], expireAfterSeconds=86_400)],
    "connectors": [_by("name"), _by("source_app")],
}


async def make_indexes(database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
    """Make what is missing, however long it takes: an index over many documents takes longer than anything else asked of MongoDB."""
    for collection, indexes in INDEXES.items():
        async for trial in outlast():
            with trial, pymongo.timeout(A_DAY_S):
                await database[collection].create_indexes(indexes)
