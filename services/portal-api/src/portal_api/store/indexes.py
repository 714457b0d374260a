"""The indexes of every list the API offers; made at start, harmless when they are there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pymongo import ASCENDING, DESCENDING, IndexModel

from common.contracts.operation import KEPT_DAYS
from common.database import have_indexes

if TYPE_CHECKING:
    from motor.motor_asyncio import AsyncIOMotorDatabase


def _by(*fields: str) -> IndexModel:
    return IndexModel([*((field, ASCENDING) for field in fields), ("_id", ASCENDING)])


def _newest(*fields: str, newest: str) -> IndexModel:
    order = dict.fromkeys(fields, ASCENDING) | {newest: DESCENDING, "_id": DESCENDING}
    return IndexModel(list(order.items()))


def _ending(field: str) -> IndexModel:
    """Have documents removed at this moment, within a minute or so."""
    return IndexModel([(field, ASCENDING)], expireAfterSeconds=0)


INDEXES: dict[str, list[IndexModel]] = {
    "deliveries": [
        _newest("archived", newest="received_at"),
        _newest("archived", newest="changed_at"),
        _newest("archived", "status", newest="received_at"),
        _newest("archived", "phase", newest="received_at"),
        _newest("archived", "connector_id", "status", newest="received_at"),
        _newest("archived", "appointment.source_app", newest="received_at"),
        _newest("archived", "appointment.job_no", newest="received_at"),
        _newest("archived", "appointment.appointment_id", newest="received_at"),
        _newest("appointment.key", newest="received_at"),
        _newest("transaction_id", newest="received_at"),
        _newest("archived", "troubled", newest="received_at"),
        _newest("archived", "words", newest="received_at"),
        _by("archived", "cause", "received_at"),
        IndexModel(
            [("phase", ASCENDING), ("connector_id", ASCENDING), ("changed_at", ASCENDING)], name="waiting", partialFilterExpression={"phase": "pending"}
        ),
        IndexModel([("received_at", ASCENDING), ("connector_id", ASCENDING)]),
        _by("archived", "connector_name"),
        _by("archived", "status"),
        _by("archived", "code"),
        *(_by("archived", f"appointment.{field}") for field in ("job_no", "task_no", "appointment_id", "subject", "source_app")),
    ],
    "attempts": [
        IndexModel([("delivery_id", ASCENDING), ("attempt", DESCENDING)]),
        IndexModel([("at", ASCENDING), ("connector_id", ASCENDING), ("status", ASCENDING)]),
    ],
    "dead_letters": [IndexModel([("at", DESCENDING)])],
    "logs": [
        _newest("level", newest="_id"),
        _newest("service", "level", newest="_id"),
        _newest("replica", "level", newest="_id"),
        _newest("words", newest="_id"),
        IndexModel([("delivery_id", ASCENDING), ("_id", DESCENDING)], partialFilterExpression={"delivery_id": {"$exists": True}}),
    ],
    "figures": [IndexModel([("step", ASCENDING), ("at", ASCENDING), ("connector_id", ASCENDING)])],
    "appointments": [
        _newest(newest="last_transaction_at"),
        _newest(newest="modified_at"),
        _newest("source_app", newest="last_transaction_at"),
        _newest("job_no", newest="last_transaction_at"),
        _newest("task_no", newest="last_transaction_at"),
        _by("appointment_id"),
        _by("job_no"),
        _by("subject"),
        _by("task_no"),
        _by("source_app"),
    ],
    "operations_view": [
        _newest(newest="asked_at"),
        _newest("state", newest="asked_at"),
        _newest("kind", newest="asked_at"),
        _newest("asked_by", newest="asked_at"),
        IndexModel([("finished_at", ASCENDING)], expireAfterSeconds=KEPT_DAYS * 86_400),
    ],
    "lanes": [IndexModel([("held_until", ASCENDING)], expireAfterSeconds=86_400)],
    "connectors": [_by("name"), _by("source_app")],
    "users": [_by("name")],
    "sessions": [_by("name"), _ending("ends_at")],
    "sign_ins": [_ending("forgotten_at")],
    "api_keys": [_newest(newest="created_at"), _newest("owner", newest="created_at")],
    "audit": [_newest(newest="at"), *(_newest(field, newest="at") for field in ("who", "action", "target"))],
}


async def make_indexes(database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
    """Make what is missing."""
    for collection, indexes in INDEXES.items():
        await have_indexes(database[collection], indexes)
