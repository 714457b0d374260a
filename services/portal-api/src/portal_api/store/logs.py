"""The store of log lines, with a retention."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pymongo import WriteConcern

from common.database import insert_missing
from portal_api.store.errors import translate_errors
from portal_api.store.pages import read_page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from motor.motor_asyncio import AsyncIOMotorDatabase

    from portal_api.schemas.paging import Page


class Logs:
    """The collection ``logs``."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._logs = database.get_collection("logs", write_concern=WriteConcern(w=1))

    async def save(self, lines: Sequence[dict[str, Any]]) -> None:
        """Insert the lines. Lines of a repeated message are stored already and stay."""
        await insert_missing(self._logs, lines)

    async def page(
        self, wanted: dict[str, Any], page: Page
    ) -> tuple[list[dict[str, Any]], str | None]:
        """Return one page of lines and the cursor of the next page. Ids sort by time."""
        with translate_errors():
            return await read_page(self._logs, wanted, page)
