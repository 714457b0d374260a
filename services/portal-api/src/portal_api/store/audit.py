"""The store of the audit, which only grows: an entry is inserted before the write, and once more
with its outcome. Nothing changes or removes a document.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from portal_api.store.errors import translate_errors
from portal_api.store.pages import cursor_after, read_page

if TYPE_CHECKING:
    from collections.abc import Collection

    from motor.motor_asyncio import AsyncIOMotorDatabase

    from portal_api.accounts.audit_entry import AuditEntry
    from portal_api.schemas.paging import Page

MAX_ENTRIES = 200
DOCUMENTS_PER_ENTRY = 2
FINISHED = ".finished"
"""The end of the ids of documents with an outcome."""


class Audit:
    """The collection ``audit``. Raises StoreUnavailableError while MongoDB cannot be reached.

    An entry has up to two documents, because the service may only insert and read them. The
    document with the outcome replaces the one before it in every list.
    """

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._audit = database["audit"]

    async def begin(self, entry: AuditEntry) -> None:
        """Insert the entry of a write before the write. A write without an entry must not
        happen.
        """
        with translate_errors():
            await self._audit.insert_one(entry.document())

    async def finish(self, entry: AuditEntry) -> None:
        """Insert the entry with its outcome. A request that was refused before it began has no
        other document.
        """
        document = entry.document()
        with translate_errors():
            await self._audit.insert_one(document | {"_id": document["_id"] + FINISHED})

    async def page(
        self, wanted: dict[str, Any], page: Page
    ) -> tuple[list[dict[str, Any]], str | None]:
        """Return one page of entries and the cursor of the next page."""
        entries: list[dict[str, Any]] = []
        following = page.after
        with translate_errors():
            while len(entries) <= page.limit:
                part = replace(page, limit=page.limit * DOCUMENTS_PER_ENTRY, after=following)
                found, following = await read_page(self._audit, wanted, part)
                entries += await self._newest_of_each(found)
                if following is None:
                    break
        if len(entries) > page.limit:
            entries = entries[: page.limit]
            following = cursor_after(entries[-1], page)
        return [_as_entry(document) for document in entries], following

    async def about(self, targets: Collection[str]) -> list[dict[str, Any]]:
        """Return the newest 200 entries about these targets."""
        with translate_errors():
            found = (
                self._audit.find({"target": {"$in": sorted(targets)}})
                .sort([("at", -1), ("_id", -1)])
                .limit(MAX_ENTRIES * DOCUMENTS_PER_ENTRY)
            )
            entries = await self._newest_of_each(await found.to_list(None))
        return [_as_entry(document) for document in entries[:MAX_ENTRIES]]

    async def _newest_of_each(self, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return these documents without those that another one with an outcome replaces."""
        finished = [one["_id"] + FINISHED for one in found if one["outcome"] is None]
        replaced = {
            one["_id"].removesuffix(FINISHED)
            async for one in self._audit.find({"_id": {"$in": finished}}, {"_id": True})
        }
        return [one for one in found if one["_id"] not in replaced]


def _as_entry(document: dict[str, Any]) -> dict[str, Any]:
    parsed = {
        name: json.loads(text) if (text := document[name]) else None for name in ("before", "after")
    }
    return document | parsed | {"audit_id": document["_id"].removesuffix(FINISHED)}
