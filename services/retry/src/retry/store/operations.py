"""The operations that administrators requested.

Each revision is a compare-and-set, so that two replicas cannot publish different progress.
"""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pymongo.errors import DuplicateKeyError

from common.contracts.operation import RETENTION_DAYS, OperationRequested, OperationSteered
from common.database import retry_while_unavailable
from retry.model.operation import REVISION_FIELDS, Operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from motor.motor_asyncio import AsyncIOMotorDatabase

_SELECTION_FIELDS = {"delivery_ids": 0, "conditions": 0}


class OperationStore:
    """The collection ``operations``.

    A document has ``is_open`` until RabbitMQ has confirmed the last progress message.
    """

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._collection = database["operations"]

    async def add(self, request: OperationRequested) -> None:
        """Store a requested operation, unless it is stored already.

        A steering command may have arrived and been stored before it.
        """
        fields = request.model_dump(
            exclude={"version", "operation_id", "conditions", "delivery_ids"}
        )
        selection = {
            "delivery_ids": request.delivery_ids,
            "conditions": None if request.conditions is None else json.dumps(request.conditions),
        }
        new = {"_id": request.operation_id, "asked_at": {"$exists": False}}
        await self._upsert(new, fields | selection | {"is_open": True, "state": "planned"})

    async def save_steering(self, steered: OperationSteered) -> None:
        """Store an administrator's command, unless a later one is stored."""
        earlier = {"_id": steered.operation_id, "steered_at": {"$not": {"$gte": steered.asked_at}}}
        await self._upsert(
            earlier,
            {
                "steer": steered.steer,
                "steered_by": steered.asked_by,
                "steered_at": steered.asked_at,
            },
        )

    async def unfinished(self) -> list[tuple[str, datetime | None]]:
        """Return the ids and last steering times of unfinished operations, oldest first."""
        found: list[dict[str, Any]] = []
        async for trial in retry_while_unavailable():
            with trial:
                found = (
                    await self._collection.find({"is_open": True}, {"steered_at": 1})
                    .sort("asked_at", 1)
                    .to_list(None)
                )
        return [(document["_id"], document.get("steered_at")) for document in found]

    async def read(self, operation_id: str) -> Operation:
        """Return an operation; raises LookupError when it was deleted."""
        return Operation.model_validate(await self._read(operation_id, _SELECTION_FIELDS))

    async def selection(
        self, operation_id: str, begin: int, limit: int
    ) -> tuple[list[str] | None, str | None]:
        """Return the selected delivery ids from ``begin`` on, or else the conditions."""
        found = await self._read(
            operation_id, {"conditions": 1, "delivery_ids": {"$slice": [begin, limit]}}
        )
        return found["delivery_ids"], found["conditions"]

    async def save_resume_key(self, operation_id: str, key: Sequence[Any]) -> None:
        """Store the paging key at which enumeration continues."""
        await self._update({"_id": operation_id}, {"stock_key": key})

    async def save_total(self, operation_id: str, total: int) -> None:
        """Store the total, once every delivery is enumerated."""
        await self._update(
            {"_id": operation_id}, {"total": total, "stock_key": None, "delivery_ids": None}
        )

    async def save_revision(self, operation: Operation) -> bool:
        """Write the next revision. Return False when another replica wrote one since the read."""
        changes = operation.model_dump(include=set(REVISION_FIELDS))
        before = {
            "_id": operation.operation_id,
            "revision": operation.revision - 1 or {"$in": [0, None]},
        }
        return await self._update(
            before, changes | {"revision": operation.revision, "changed_at": operation.changed_at}
        )

    async def find_expired(self) -> str | None:
        """Return the id of an operation whose retention has ended, or None."""
        found: dict[str, Any] | None = None
        expired = {
            "finished_at": {"$lt": datetime.now(UTC) - timedelta(days=RETENTION_DAYS)},
            "is_open": False,
        }
        async for trial in retry_while_unavailable():
            with trial:
                found = await self._collection.find_one(expired, {"_id": 1})
        return found["_id"] if found else None

    async def delete(self, operation_id: str) -> None:
        """Delete an operation."""
        async for trial in retry_while_unavailable():
            with trial:
                await self._collection.delete_one({"_id": operation_id})

    async def close(self, operation_id: str) -> None:
        """Mark an operation whose last progress message RabbitMQ has confirmed."""
        await self._update({"_id": operation_id}, {"is_open": False})

    async def _read(self, operation_id: str, fields: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] | None = None
        async for trial in retry_while_unavailable():
            with trial:
                found = await self._collection.find_one({"_id": operation_id}, fields)
        if found is None:
            raise LookupError(f"the operation {operation_id} was deleted")
        return found

    async def _update(self, wanted: dict[str, Any], changes: dict[str, Any]) -> bool:
        matched = 0
        async for trial in retry_while_unavailable():
            with trial:
                matched = (
                    await self._collection.update_one(wanted, {"$set": changes})
                ).matched_count
        return matched == 1

    async def _upsert(self, wanted: dict[str, Any], changes: dict[str, Any]) -> None:
        async for trial in retry_while_unavailable():
            with trial, contextlib.suppress(DuplicateKeyError):
                await self._collection.update_one(wanted, {"$set": changes}, upsert=True)
