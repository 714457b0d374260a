"""Reads which deliveries an operation is about, and what became of attempts; portal-api
alone writes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bson import json_util

from common.contracts.delivery import Phase
from common.database import retry_while_unavailable
from retry.model.item import Item, Stored, Told, told_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from motor.motor_asyncio import AsyncIOMotorCollection, AsyncIOMotorDatabase

PAGE = 1_000
_FIELDS = (
    "attempt",
    "phase",
    "status",
    "archived",
    "connector_id",
    "transaction_id",
    "received_at",
)
OVERTAKEN = "A later attempt followed before this one's status was recorded."


class Deliveries:
    """``deliveries`` and ``attempts``."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._deliveries = database["deliveries"]
        self._attempts = database["attempts"]

    async def named(self, ids: Sequence[str]) -> list[Stored]:
        """Return these deliveries, without those that are not stored."""
        return [
            _stored(d) for d in await _find(self._deliveries, {"_id": {"$in": list(ids)}}, _FIELDS)
        ]

    async def page(
        self, conditions: str, behind: Sequence[Any] | None
    ) -> tuple[list[Stored], list[Any] | None]:
        """Return the deliveries behind this key that fulfil the conditions, oldest first, and the
        key of the next ones, None at the end.

        The way is that of the portal's lists, for which every condition has its index.
        """
        wanted, found = json_util.loads(conditions), list[dict[str, Any]]()
        for more in _ranges(behind):
            order = [("received_at", 1), ("_id", 1)]
            found += await _find(
                self._deliveries,
                {"$and": [wanted, more]} if more else wanted,
                _FIELDS,
                order,
                PAGE - len(found),
            )
            if len(found) == PAGE:
                break
        key = [found[-1]["received_at"], found[-1]["_id"]] if len(found) == PAGE else None
        return [_stored(d) for d in found], key

    async def told(self, items: Sequence[Item]) -> dict[str, Told]:
        """Return what became of the items' attempts by delivery, as far as it is known."""
        fields = ("attempt", "phase", "status", "message")
        found = {
            d["_id"]: d
            for d in await _find(
                self._deliveries, {"_id": {"$in": [i.delivery_id for i in items]}}, fields
            )
        }
        current = {i.delivery_id: found[i.delivery_id] for i in items if i.delivery_id in found}
        done = {
            i.delivery_id: i
            for i in items
            if i.delivery_id in current and current[i.delivery_id]["attempt"] == i.attempt
        }
        told = {
            name: told_of(current[name]["status"], current[name].get("message"))
            for name in done
            if current[name]["phase"] == Phase.DONE
        }
        passed = [
            i
            for i in items
            if i.delivery_id in current and current[i.delivery_id]["attempt"] > (i.attempt or 0)
        ]
        return told | (await self._passed(passed) if passed else {})

    async def _passed(self, items: Sequence[Item]) -> dict[str, Told]:
        """Look the attempts up that are no longer their deliveries' newest."""
        found = {
            a["_id"]: a
            for a in await _find(
                self._attempts, {"_id": {"$in": [i.key for i in items]}}, ("status", "message")
            )
        }
        kept = {
            i.delivery_id: found.get(i.key, {"status": None, "message": OVERTAKEN}) for i in items
        }
        return {
            name: told_of(attempt["status"], attempt.get("message"))
            for name, attempt in kept.items()
        }


def _ranges(behind: Sequence[Any] | None) -> list[dict[str, Any]]:
    if behind is None:
        return [{}]
    received_at, last = behind
    return [
        {"received_at": received_at, "_id": {"$gt": last}},
        {"received_at": {"$gt": received_at}},
    ]


async def _find(
    collection: AsyncIOMotorCollection[dict[str, Any]],
    wanted: dict[str, Any],
    fields: Sequence[str],
    order: Sequence[tuple[str, int]] = (),
    most: int = 0,
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    async for trial in retry_while_unavailable():
        with trial:
            cursor = collection.find(wanted, dict.fromkeys(fields, 1)).limit(most)
            found = await (cursor.sort(list(order)) if order else cursor).to_list(None)
    return found


def _stored(document: dict[str, Any]) -> Stored:
    return Stored(
        document["_id"],
        document["attempt"],
        document["phase"],
        document.get("status"),
        document.get("archived", False),
        document["connector_id"],
        document.get("transaction_id"),
        document["received_at"],
    )
