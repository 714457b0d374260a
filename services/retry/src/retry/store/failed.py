"""Finds what failed and may be asked for again; reads only."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from common.contracts.automatic_retry import due_at, repeats_of
from common.contracts.delivery import Status
from common.contracts.message import NO_CONNECTOR
from common.database import retry_while_unavailable
from retry.model.candidate import Candidate

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Sequence

    from motor.motor_asyncio import AsyncIOMotorCollection, AsyncIOMotorDatabase

Document = dict[str, Any]
PAGE = 500
FAILED = {
    "status": "Failed",
    "phase": "done",
    "archived": False,
    "connector_id": {"$ne": NO_CONNECTOR},
    "transaction_id": {"$gt": ""},
    "outcome_unknown": {"$ne": True},
}
"""An unknown outcome is repeated by a person alone, who looks into the back office first
(design.md 5, rule 11).
"""
_FIELDS = (
    "attempt",
    "connector_id",
    "connector_version",
    "transaction_id",
    "cause",
    "repeats",
    "repeated_cause",
    "changed_at",
    "appointment.key",
    "appointment.modified_at",
)


class Failed:
    """Pages by key, so that what changes meanwhile moves nothing."""

    def __init__(self, database: AsyncIOMotorDatabase[Document]) -> None:
        self._deliveries = database["deliveries"]
        self._appointments = database["appointments"]
        self._connectors = database["connectors"]

    async def pages(self) -> AsyncIterator[list[Candidate]]:
        """Yield every delivery that is due and not overtaken, some at a time."""
        last, begun = "", datetime.now(UTC)
        connectors = await _find(self._connectors, {}, ("version",))
        versions = {connector["_id"]: connector.get("version") for connector in connectors}
        while page := await self._page(last):
            last = page[-1]["_id"]
            due = [d for d in page if _is_due(d, versions.get(d["connector_id"]), begun)]
            overtaken = await self._overtaken(due)
            yield [
                _candidate(d, versions.get(d["connector_id"]))
                for d in due
                if d["_id"] not in overtaken
            ]

    async def _page(self, last: str) -> list[Document]:
        return await _find(self._deliveries, FAILED | {"_id": {"$gt": last}}, _FIELDS, PAGE)

    async def _overtaken(self, deliveries: Sequence[Document]) -> set[str]:
        """Return those whose appointment was since delivered in a newer version."""
        named = [d for d in deliveries if "key" in d.get("appointment", {})]
        keys = {d["appointment"]["key"] for d in named}
        found = await _find(self._appointments, {"_id": {"$in": sorted(keys)}}, ("connectors",))
        by_key = {a["_id"]: a.get("connectors", {}) for a in found}
        latest = {
            d["_id"]: by_key.get(d["appointment"]["key"], {}).get(d["connector_id"], {})
            for d in named
        }
        others = {
            name: one["delivery_id"]
            for name, one in latest.items()
            if one.get("status") == Status.SUCCESS and one["delivery_id"] != name
        }
        modified = await self._modified(others.values())
        return {
            d["_id"]
            for d in named
            if (moment := modified.get(others.get(d["_id"], ""))) is not None
            and moment >= d["appointment"]["modified_at"]
        }

    async def _modified(self, delivery_ids: Iterable[str]) -> dict[str, datetime]:
        wanted = {"_id": {"$in": sorted(set(delivery_ids))}}
        found = await _find(self._deliveries, wanted, ("appointment.modified_at",))
        return {d["_id"]: d["appointment"]["modified_at"] for d in found}


def _is_due(delivery: Document, version: int | None, now: datetime) -> bool:
    return "changed_at" not in delivery or due_at(delivery, version) <= now


def _candidate(delivery: Document, version: int | None) -> Candidate:
    return Candidate(
        delivery["_id"],
        delivery["attempt"],
        delivery["connector_id"],
        delivery["transaction_id"],
        repeats_of(delivery, version) + 1,
        delivery.get("cause"),
    )


async def _find(
    collection: AsyncIOMotorCollection[Document],
    wanted: Document,
    fields: Sequence[str],
    most: int = 0,
) -> list[Document]:
    """Return documents by id, at most so many."""
    found: list[Document] = []
    async for trial in retry_while_unavailable():
        with trial:
            cursor = collection.find(wanted, dict.fromkeys(fields, 1)).sort("_id", 1)
            found = await cursor.limit(most).to_list(None)
    return found
