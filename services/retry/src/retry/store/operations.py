"""The operations that administrators asked for; each report is a compare-and-set on the revision,
so that two replicas cannot tell different things.
"""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pymongo.errors import DuplicateKeyError

from common.contracts.operation import RETENTION_DAYS, OperationRequested, OperationSteered
from common.database import retry_while_unavailable
from retry.model.operation import Operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from motor.motor_asyncio import AsyncIOMotorDatabase

_CHOICE = {"delivery_ids": 0, "conditions": 0}


class Operations:
    """One document each; ``is_open`` until its last report is with the broker."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._collection = database["operations"]

    async def add(self, request: OperationRequested) -> None:
        """Keep what was asked for; asked a second time it changes nothing.

        Steering may have come before it.
        """
        kept = request.model_dump(exclude={"version", "operation_id", "conditions", "delivery_ids"})
        choice = {
            "delivery_ids": request.delivery_ids,
            "conditions": None if request.conditions is None else json.dumps(request.conditions),
        }
        new = {"_id": request.operation_id, "asked_at": {"$exists": False}}
        await self._upsert(new, kept | choice | {"is_open": True, "state": "planned"})

    async def steer(self, steered: OperationSteered) -> None:
        """Keep an administrator's word, unless there is a later one."""
        earlier = {"_id": steered.operation_id, "steered_at": {"$not": {"$gte": steered.asked_at}}}
        await self._upsert(
            earlier,
            {
                "steer": steered.steer,
                "steered_by": steered.asked_by,
                "steered_at": steered.asked_at,
            },
        )

    async def open(self) -> list[tuple[str, datetime | None]]:
        """Return the ids of those that are not over, the oldest first, and when each was steered
        last.
        """
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
        """Return an operation as it stands."""
        return Operation.model_validate(await self._one(operation_id, _CHOICE))

    async def choice(
        self, operation_id: str, begin: int, most: int
    ) -> tuple[list[str] | None, str | None]:
        """Return what it is about: some of the deliveries that were named, or the conditions."""
        found = await self._one(
            operation_id, {"conditions": 1, "delivery_ids": {"$slice": [begin, most]}}
        )
        return found["delivery_ids"], found["conditions"]

    async def stocked_to(self, operation_id: str, key: Sequence[Any] | int) -> None:
        """Note up to where the deliveries are noted."""
        await self._set({"_id": operation_id}, {"stock_key": key})

    async def stocked(self, operation_id: str, total: int) -> None:
        """Note that all deliveries are noted, so many."""
        await self._set(
            {"_id": operation_id}, {"total": total, "stock_key": None, "delivery_ids": None}
        )

    async def advance(self, operation: Operation) -> bool:
        """Write the next revision; False when another replica wrote one since this was read."""
        changes = operation.model_dump(
            include={
                "state",
                "reason",
                "counts",
                "heeded_at",
                "forgiven_succeeded",
                "forgiven_failed",
                "finished_at",
            }
        )
        before = {
            "_id": operation.operation_id,
            "revision": operation.revision - 1 or {"$in": [0, None]},
        }
        return await self._set(
            before, changes | {"revision": operation.revision, "changed_at": operation.changed_at}
        )

    async def old(self) -> str | None:
        """Return the id of one that has been over for so long that nobody looks it up any more."""
        found: dict[str, Any] | None = None
        before = {
            "finished_at": {"$lt": datetime.now(UTC) - timedelta(days=RETENTION_DAYS)},
            "is_open": False,
        }
        async for trial in retry_while_unavailable():
            with trial:
                found = await self._collection.find_one(before, {"_id": 1})
        return found["_id"] if found else None

    async def forget(self, operation_id: str) -> None:
        """Delete it."""
        async for trial in retry_while_unavailable():
            with trial:
                await self._collection.delete_one({"_id": operation_id})

    async def close(self, operation_id: str) -> None:
        """Note that its last report is with the broker."""
        await self._set({"_id": operation_id}, {"is_open": False})

    async def _one(self, operation_id: str, fields: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] | None = None
        async for trial in retry_while_unavailable():
            with trial:
                found = await self._collection.find_one({"_id": operation_id}, fields)
        if found is None:
            raise LookupError(f"the operation {operation_id} is gone")
        return found

    async def _set(self, wanted: dict[str, Any], changes: dict[str, Any]) -> bool:
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
