"""Queries of the failed deliveries that the timer job may retry."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from common.contracts.automatic_retry import due_at, repeats_of
from common.contracts.message import NO_CONNECTOR
from common.database import retry_while_unavailable
from retry.model.candidate import RequeueCandidate

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from motor.motor_asyncio import AsyncIOMotorCollection, AsyncIOMotorDatabase

Document = dict[str, Any]
FAILED_PAGE = 500
FAILED = {
    "status": "Failed",
    "phase": "done",
    "archived": False,
    "connector_id": {"$ne": NO_CONNECTOR},
    "transaction_id": {"$gt": ""},
    "outcome_unknown": {"$ne": True},
    "overtaken_by.delivery_id": None,
}
"""portal-api marks the deliveries that a newer version has overtaken. A delivery with an unknown
outcome is left out, because only a check in the back office shows whether a
retry would repeat the call (store/unknown.py).
"""
FIELDS = (
    "attempt",
    "connector_id",
    "connector_version",
    "transaction_id",
    "cause",
    "repeats",
    "repeated_cause",
    "changed_at",
    "outcome_check",
)


class FailedDeliveries:
    """Pages through failed deliveries by key, so that concurrent changes shift no page."""

    def __init__(self, database: AsyncIOMotorDatabase[Document]) -> None:
        self._deliveries = database["deliveries"]
        self._connectors = database["connectors"]

    async def pages(self) -> AsyncIterator[list[RequeueCandidate]]:
        """Yield pages of the failed deliveries that are due and not overtaken."""
        last = ""
        begun_at = datetime.now(UTC)
        connectors = await find_sorted(self._connectors, {}, ("version",))
        versions = {connector["_id"]: connector.get("version") for connector in connectors}
        while page := await self._page(last):
            last = page[-1]["_id"]
            due = [d for d in page if _is_due(d, versions.get(d["connector_id"]), begun_at)]
            yield [_candidate(d, versions.get(d["connector_id"])) for d in due]

    async def _page(self, last: str) -> list[Document]:
        return await find_sorted(
            self._deliveries, FAILED | {"_id": {"$gt": last}}, FIELDS, FAILED_PAGE
        )


def _is_due(delivery: Document, version: int | None, now: datetime) -> bool:
    return "changed_at" not in delivery or due_at(delivery, version) <= now


def _candidate(delivery: Document, version: int | None) -> RequeueCandidate:
    return RequeueCandidate(
        delivery["_id"],
        delivery["attempt"],
        delivery["connector_id"],
        delivery["transaction_id"],
        repeats_of(delivery, version) + 1,
        delivery.get("cause"),
    )


async def find_sorted(
    collection: AsyncIOMotorCollection[Document],
    wanted: Document,
    fields: Sequence[str],
    limit: int = 0,
) -> list[Document]:
    """Return documents sorted by id. No limit is 0."""
    found: list[Document] = []
    async for trial in retry_while_unavailable():
        with trial:
            cursor = collection.find(wanted, dict.fromkeys(fields, 1)).sort("_id", 1)
            found = await cursor.limit(limit).to_list(None)
    return found
