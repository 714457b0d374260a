"""The indexes of every list of the API, created at start if missing (docs/adr/0014 gives the cost
of each).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pymongo import ASCENDING, DESCENDING, IndexModel

from common.contracts.operation import RETENTION_DAYS
from common.database import ensure_indexes
from portal_api.appointments.columns import COLUMNS as OF_APPOINTMENTS
from portal_api.deliveries.columns import COLUMNS as OF_DELIVERIES
from portal_api.lists.column import AccessPath

if TYPE_CHECKING:
    from motor.motor_asyncio import AsyncIOMotorDatabase

DAY_S = 86_400
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LISTED: dict[str, Any] = {"archived": False}
_OF_DELIVERIES = (
    *(
        column.path
        for name, column in OF_DELIVERIES.items()
        if column.access_path is AccessPath.INDEX and column.is_sortable and name != "received_at"
    ),
    "words",
)
"""Order of receipt, connector, cause and appointment have indexes of their own."""
_OF_APPOINTMENTS = (
    *(
        column.path
        for column in OF_APPOINTMENTS.values()
        if column.access_path is AccessPath.INDEX and column.path != "_id"
    ),
    "outcomes",
    "words",
)


def _by(*fields: str, only: dict[str, Any] | None = None) -> IndexModel:
    return IndexModel(
        [*((field, ASCENDING) for field in fields), ("_id", ASCENDING)], **_partial(only)
    )


def _newest(*fields: str, newest: str, only: dict[str, Any] | None = None) -> IndexModel:
    order = dict.fromkeys(fields, ASCENDING) | {newest: DESCENDING, "_id": DESCENDING}
    return IndexModel(list(order.items()), **_partial(only))


def _partial(only: dict[str, Any] | None) -> dict[str, Any]:
    return {"partialFilterExpression": only} if only else {}


def _expiring_at(field: str) -> IndexModel:
    """Return the index that deletes documents within about a minute after this time."""
    return IndexModel([(field, ASCENDING)], expireAfterSeconds=0)


INDEXES: dict[str, list[IndexModel]] = {
    "deliveries": [
        _newest(newest="received_at", only=_LISTED),
        IndexModel(
            [("received_at", DESCENDING), ("_id", DESCENDING)],
            name="archive",
            partialFilterExpression={"archived": True},
        ),
        *(_newest(field, newest="received_at", only=_LISTED) for field in _OF_DELIVERIES),
        _newest("connector_id", "status", newest="received_at", only=_LISTED),
        _newest("cause", newest="received_at", only=_LISTED | {"cause": {"$gt": ""}}),
        _newest(
            "applied.state", newest="received_at", only=_LISTED | {"applied.state": {"$gt": ""}}
        ),
        IndexModel(
            [("applied.checked_at", ASCENDING), ("connector_id", ASCENDING)],
            partialFilterExpression={"applied.checked_at": {"$gt": EPOCH}},
        ),
        _newest("appointment.key", newest="received_at"),
        IndexModel(
            [("received_at", DESCENDING), ("_id", DESCENDING)],
            name="overtaken",
            partialFilterExpression=_LISTED | {"overtaken_by.delivery_id": {"$gt": ""}},
        ),
        IndexModel(
            [("appointment.key", ASCENDING), ("_id", ASCENDING)],
            name="troubled",
            partialFilterExpression={"troubled": True},
        ),
        _by("status", only=_LISTED | {"status": "Failed"}),
        IndexModel(
            [("outcome_unknown", ASCENDING), ("_id", ASCENDING)],
            name="unknown outcomes",
            partialFilterExpression={"outcome_unknown": True, "archived": False},
        ),
        IndexModel(
            [("phase", ASCENDING), ("connector_id", ASCENDING), ("changed_at", ASCENDING)],
            name="waiting",
            partialFilterExpression={"phase": "pending"},
        ),
        IndexModel([("received_at", ASCENDING), ("connector_id", ASCENDING)]),
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
        IndexModel(
            [("delivery_id", ASCENDING), ("_id", DESCENDING)],
            partialFilterExpression={"delivery_id": {"$exists": True}},
        ),
    ],
    "figures": [IndexModel([("step", ASCENDING), ("at", ASCENDING), ("connector_id", ASCENDING)])],
    "appointments": [_by(field) for field in _OF_APPOINTMENTS],
    "saved_views": [
        IndexModel([("owner", ASCENDING), ("list", ASCENDING), ("name", ASCENDING)], unique=True),
        _by("owner", "name"),
        _by("shared", "name"),
    ],
    "operations_view": [
        _newest(newest="asked_at"),
        _newest("state", newest="asked_at"),
        _newest("kind", newest="asked_at"),
        _newest("asked_by", newest="asked_at"),
        IndexModel([("finished_at", ASCENDING)], expireAfterSeconds=RETENTION_DAYS * 86_400),
    ],
    "lanes": [
        IndexModel([("held_until", ASCENDING)], expireAfterSeconds=DAY_S),
        IndexModel(
            [("at", ASCENDING)],
            name="works",
            expireAfterSeconds=DAY_S,
            partialFilterExpression={"held_until": None},
        ),
    ],
    "connectors": [_by("name"), _by("source_app")],
    "connector_versions": [_newest("connector_id", newest="version")],
    "users": [
        *(_by(field) for field in ("name", "role", "enabled", "created_at", "signed_in_at")),
        IndexModel(
            [("identity.issuer", ASCENDING), ("identity.subject", ASCENDING)],
            name="identity",
            unique=True,
            partialFilterExpression={"kind": "OpenID Connect"},
        ),
    ],
    "sessions": [_by("name"), _expiring_at("ends_at")],
    "pending_sign_ins": [_expiring_at("ends_at")],
    "sign_ins": [_expiring_at("forgotten_at")],
    "api_keys": [_newest(newest="created_at"), _newest("owner", newest="created_at")],
    "audit": [
        _newest(newest="at"),
        *(_newest(field, newest="at") for field in ("who", "action", "target")),
    ],
}


async def create_indexes(database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
    """Create missing indexes without a timeout, because an index over many documents takes longer
    than any query.
    """
    for collection, indexes in INDEXES.items():
        await ensure_indexes(database[collection], indexes)
