"""The store of causes and of the notes about them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from portal_api.lists.conditions import all_of
from portal_api.store.errors import translate_errors

if TYPE_CHECKING:
    from collections.abc import Collection

    from motor.motor_asyncio import AsyncIOMotorDatabase

MAX_CAUSES = 200
NEWEST_FIELDS = ("code", "status", "message", "connector_id", "connector_name")


class Causes:
    """Causes as groups of deliveries. Only this class writes ``cause_notes``."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._deliveries = database["deliveries"]
        self._notes = database["cause_notes"]

    async def groups(self, wanted: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the most frequent causes with count, first and last time, newest message
        and note.
        """
        newest = {field: {"$first": f"${field}"} for field in NEWEST_FIELDS}
        group = {
            "_id": "$cause",
            "count": {"$sum": 1},
            "first_seen": {"$last": "$received_at"},
            "last_seen": {"$first": "$received_at"},
        }
        stages: list[dict[str, Any]] = [
            {"$match": all_of([{"cause": {"$gt": ""}}, wanted])},
            {"$sort": {"cause": 1, "received_at": -1, "_id": -1}},
            {"$group": group | newest | {"delivery_id": {"$first": "$_id"}}},
            {"$sort": {"count": -1, "_id": 1}},
            {"$limit": MAX_CAUSES},
        ]
        with translate_errors():
            found = await self._deliveries.aggregate(stages).to_list(MAX_CAUSES)
        notes = await self.notes([group["_id"] for group in found])
        return [group | {"cause": group["_id"], "note": notes.get(group["_id"])} for group in found]

    async def note(self, cause: str) -> str | None:
        """Return the text of the cause's note, or None."""
        with translate_errors():
            found = await self._notes.find_one({"_id": cause})
        return found["text"] if found else None

    async def notes(self, causes: Collection[str]) -> dict[str, dict[str, Any]]:
        """Return the notes about these causes, by cause."""
        with translate_errors():
            return {
                note["_id"]: note
                async for note in self._notes.find({"_id": {"$in": sorted(causes)}})
            }

    async def write_note(self, cause: str, text: str, by: str) -> dict[str, Any] | None:
        """Store the note and return it. An empty text removes the note."""
        with translate_errors():
            if not text:
                await self._notes.delete_one({"_id": cause})
                return None
            note = {"text": text, "at": datetime.now(UTC), "by": by}
            await self._notes.replace_one({"_id": cause}, note, upsert=True)
        return note
