"""The store of the audit. An entry is inserted once and completed once, and nothing else changes
it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from portal_api.store.errors import translate_errors
from portal_api.store.pages import read_page

if TYPE_CHECKING:
    from collections.abc import Collection

    from motor.motor_asyncio import AsyncIOMotorDatabase

    from portal_api.accounts.audit_entry import AuditEntry
    from portal_api.schemas.paging import Page

MAX_ENTRIES = 200


class Audit:
    """The collection ``audit``. Raises StoreUnavailableError while MongoDB cannot be reached."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._audit = database["audit"]

    async def begin(self, entry: AuditEntry) -> None:
        """Insert the entry of a write before the write. A write without an entry must not
        happen.
        """
        with translate_errors():
            await self._audit.insert_one(entry.document())

    async def finish(self, entry: AuditEntry) -> None:
        """Complete the entry, or insert it whole when the request was refused before it began."""
        document = entry.document()
        with translate_errors():
            await self._audit.replace_one(
                {"_id": document["_id"], "outcome": None}, document, upsert=True
            )

    async def page(
        self, wanted: dict[str, Any], page: Page
    ) -> tuple[list[dict[str, Any]], str | None]:
        """Return one page of entries and the cursor of the next page."""
        with translate_errors():
            found, following = await read_page(self._audit, wanted, page)
        return [_as_entry(document) for document in found], following

    async def about(self, targets: Collection[str]) -> list[dict[str, Any]]:
        """Return the newest 200 entries about these targets."""
        with translate_errors():
            found = (
                self._audit.find({"target": {"$in": sorted(targets)}})
                .sort([("at", -1), ("_id", -1)])
                .limit(MAX_ENTRIES)
            )
            return [_as_entry(document) async for document in found]


def _as_entry(document: dict[str, Any]) -> dict[str, Any]:
    parsed = {
        name: json.loads(text) if (text := document[name]) else None for name in ("before", "after")
    }
    return document | parsed | {"audit_id": document["_id"]}
