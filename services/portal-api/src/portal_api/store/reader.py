"""Reads what administrators ask for."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pymongo.errors import PyMongoError

from common.contracts.delivery import Phase
from common.database import is_away
from portal_api.errors import NotFoundError, StoreAwayError
from portal_api.store.pages import Page, read_page

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from motor.motor_asyncio import AsyncIOMotorDatabase

ATTEMPTS_SHOWN = 100
DELIVERIES_SHOWN = 100
EXPORTED_TOGETHER = 1_000
Document = dict[str, Any]


class Reader:
    """Lists and details; raises StoreAwayError while MongoDB cannot be reached."""

    def __init__(self, database: AsyncIOMotorDatabase[Document]) -> None:
        self._database = database

    async def appointments(self, wanted: Document, page: Page) -> tuple[list[Document], str | None]:
        """Return one page of appointments."""
        with reaching():
            return await read_page(self._database["appointments"], wanted, page)

    async def appointment(self, key: str) -> tuple[Document, list[Document]]:
        """Return one appointment and its newest deliveries with their attempts; raises NotFoundError."""
        with reaching():
            found = await self._database["appointments"].find_one({"_id": key})
            if found is None:
                raise NotFoundError(f"There is no appointment {key}")
            newest = self._database["deliveries"].find({"appointment.key": key}).sort([("received_at", -1), ("_id", -1)]).limit(DELIVERIES_SHOWN)
            sent, held = await newest.to_list(DELIVERIES_SHOWN), await self._held()
            ids = [delivery["_id"] for delivery in sent]
            attempts = self._database["attempts"].find({"delivery_id": {"$in": ids}}).sort([("delivery_id", 1), ("attempt", -1)])
            by_delivery: dict[str, list[Document]] = {delivery_id: [] for delivery_id in ids}
            async for attempt in attempts.limit(DELIVERIES_SHOWN * ATTEMPTS_SHOWN):
                if len(by_delivery[attempt["delivery_id"]]) < ATTEMPTS_SHOWN:
                    by_delivery[attempt["delivery_id"]].append(attempt)
        return found, [_as_shown(delivery, held) | {"attempts": by_delivery[delivery["_id"]]} for delivery in sent]

    async def deliveries(self, wanted: Document, phase: Phase | None, page: Page) -> tuple[list[Document], str | None]:
        """Return one page of deliveries; a pending one of a held lane is held."""
        with reaching():
            held = await self._held()
            items, following = await read_page(self._database["deliveries"], _both(wanted, _standing(phase, held)), page)
        return [_as_shown(item, held) for item in items], following

    async def conditions(self, wanted: Document, phase: Phase | None) -> Document:
        """Return these deliveries as conditions that need nothing else: what is held is held now."""
        with reaching():
            return _both(wanted, _standing(phase, await self._held()))

    async def all_deliveries(self, wanted: Document, phase: Phase | None, page: Page) -> AsyncIterator[list[Document]]:
        """Yield every delivery of the list, a thousand at a time; it goes on behind the last one, so no cursor is held open."""
        after = None
        while True:
            items, after = await self.deliveries(wanted, phase, replace(page, limit=EXPORTED_TOGETHER, after=after))
            yield items
            if after is None:
                return

    async def delivery(self, delivery_id: str) -> Document:
        """Return one delivery with its newest attempts, and the dead letter if it was parked; raises NotFoundError."""
        with reaching():
            found = await self._database["deliveries"].find_one({"_id": delivery_id})
            if found is None:
                raise NotFoundError(f"There is no delivery {delivery_id}")
            attempts = self._database["attempts"].find({"delivery_id": delivery_id}).sort("attempt", -1).limit(ATTEMPTS_SHOWN)
            letter = await self._database["dead_letters"].find_one({"_id": delivery_id})
            shown = _as_shown(found, await self._held())
            return shown | {"attempts": await attempts.to_list(ATTEMPTS_SHOWN), "dead_letter": letter}

    async def _held(self) -> set[str]:
        now = datetime.now(UTC)
        return {lane["connector_id"] async for lane in self._database["lanes"].find({"held_until": {"$gt": now}}, {"connector_id": 1})}


@contextlib.contextmanager
def reaching() -> Iterator[None]:
    """Say in our own words that MongoDB is away."""
    try:
        yield
    except PyMongoError as error:
        if is_away(error):
            raise StoreAwayError("MongoDB cannot be reached now") from error
        raise


def _standing(phase: Phase | None, held: set[str]) -> Document:
    if phase is Phase.HELD:
        return {"phase": Phase.PENDING, "connector_id": {"$in": sorted(held)}}
    if phase is Phase.PENDING and held:
        return {"phase": Phase.PENDING, "connector_id": {"$nin": sorted(held)}}
    return {"phase": phase} if phase else {}


def _both(wanted: Document, standing: Document) -> Document:
    """Return conditions that say both; each may say something of the connector."""
    return {"$and": [wanted, standing]} if wanted.keys() & standing.keys() else wanted | standing


def _as_shown(delivery: Document, held: set[str]) -> Document:
    if delivery.get("archived"):
        return delivery | {"phase": Phase.ARCHIVED}
    is_held = delivery["phase"] == Phase.PENDING and delivery["connector_id"] in held
    return delivery | {"phase": Phase.HELD} if is_held else delivery
