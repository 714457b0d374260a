"""The store of operations. Retry writes the items of an operation, and this store reads them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from common.contracts.operation import OperationKind
from portal_api.errors import NotFoundError
from portal_api.schemas.paging import Page
from portal_api.store.errors import translate_errors
from portal_api.store.operation_projections import of_request, of_steering
from portal_api.store.pages import read_page

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from motor.motor_asyncio import AsyncIOMotorDatabase

    from common.contracts.operation import OperationRequested, OperationSteered
    from portal_api.store.writer import Writer

Document = dict[str, Any]
MAX_CAUSES = 200
MAX_ITEMS = 500
DOABLE: dict[OperationKind, Document] = {
    OperationKind.RETRY: {
        "archived": False,
        "phase": "done",
        "status": {"$ne": "Success"},
        "transaction_id": {"$gt": ""},
    },
    OperationKind.CHECK: {
        "archived": False,
        "phase": "done",
        "status": "Failed",
        "outcome_unknown": True,
        "transaction_id": {"$gt": ""},
    },
    OperationKind.ARCHIVE: {"archived": False, "phase": "done"},
    OperationKind.RESTORE: {"archived": True},
}
"""Deliveries that retry processes. It records a reason for each of the others
(retry/model/item.py).
"""


class Operations:
    """Plans, lists and details. Raises StoreUnavailableError while MongoDB cannot be reached."""

    def __init__(self, database: AsyncIOMotorDatabase[Document], writer: Writer) -> None:
        self._database = database
        self._deliveries = database["deliveries"]
        self._view = database["operations_view"]
        self._items = database["operation_items"]
        self._writer = writer

    async def now(self) -> datetime:
        """Return the time one millisecond ago on MongoDB's clock. No delivery can be recorded as of
        that time any more.
        """
        with translate_errors():
            found = await self._database.command(
                "hello", codec_options=self._database.codec_options
            )
        at: datetime = found["localTime"]
        return at - timedelta(milliseconds=1)

    async def missing(self, ids: Sequence[str]) -> list[str]:
        """Return the ids without a stored delivery."""
        with translate_errors():
            found = {
                d["_id"]
                async for d in self._deliveries.find({"_id": {"$in": list(ids)}}, {"_id": 1})
            }
        return [name for name in ids if name not in found]

    async def count(self, conditions: Document, kind: OperationKind | None = None) -> int:
        """Count the deliveries, or with ``kind`` those that an operation of this kind processes."""
        with translate_errors():
            return await self._deliveries.count_documents(
                {"$and": [conditions, DOABLE[kind]]} if kind else conditions
            )

    async def by_connector(self, conditions: Document) -> list[Document]:
        """Count the deliveries by connector, the highest count first."""
        return await self._groups(
            conditions,
            {"connector_id": "$connector_id"},
            {"connector_name": {"$last": "$connector_name"}},
            None,
        )

    async def by_cause(self, conditions: Document) -> list[Document]:
        """Count the deliveries by cause, at most 200. Deliveries that did not fail have no
        cause.
        """
        shown = {
            name: {"$last": f"${name}"}
            for name in ("code", "status", "message", "connector_id", "connector_name")
        }
        return await self._groups(conditions, {"cause": "$cause"}, shown, MAX_CAUSES)

    async def begin(self, request: OperationRequested) -> None:
        """Insert the operation as planned, unless retry has published its progress already."""
        await self._writer.write(of_request(request))

    async def save_steering(self, steered: OperationSteered) -> None:
        """Store the newest command for the operation."""
        await self._writer.write(of_steering(steered))

    async def get(self, operation_id: str) -> Document:
        """Return the operation. Raises NotFoundError."""
        with translate_errors():
            found = await self._view.find_one({"_id": operation_id})
        if found is None:
            raise NotFoundError(f"There is no operation {operation_id}")
        return found

    async def page(self, wanted: Document, page: Page) -> tuple[list[Document], str | None]:
        """Return one page of operations and the cursor of the next page."""
        with translate_errors():
            return await read_page(self._view, wanted, page)

    async def about(self, delivery_ids: Sequence[str]) -> list[Document]:
        """Return the newest 500 items of these deliveries in operations, each with its
        ``operation``.
        """
        with translate_errors():
            items = (
                await self._items.find({"delivery_id": {"$in": list(delivery_ids)}})
                .sort("at", -1)
                .limit(MAX_ITEMS)
                .to_list(MAX_ITEMS)
            )
            views = self._view.find(
                {"_id": {"$in": sorted({item["operation_id"] for item in items})}},
                {"kind": 1, "asked_by": 1, "asked_at": 1},
            )
            operations = {operation["_id"]: operation async for operation in views}
        return [
            item | {"operation": operations[item["operation_id"]]}
            for item in items
            if item["operation_id"] in operations
        ]

    async def items(
        self, operation_id: str, wanted: Document, page: Page
    ) -> tuple[list[Document], str | None]:
        """Return one page of an operation's items and the cursor of the next page."""
        with translate_errors():
            return await read_page(self._items, {"operation_id": operation_id, **wanted}, page)

    async def _groups(
        self, conditions: Document, by: Document, shown: Document, most: int | None
    ) -> list[Document]:
        stages: list[Document] = [
            {"$match": conditions},
            {"$group": {"_id": by, "count": {"$sum": 1}, **shown}},
            {"$sort": {"count": -1, "_id": 1}},
        ]
        with translate_errors():
            found = await self._deliveries.aggregate(
                stages + ([{"$limit": most}] if most else [])
            ).to_list(None)
        return [group | group["_id"] for group in found]
