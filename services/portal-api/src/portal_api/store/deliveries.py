"""Queries of deliveries and appointments."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from common.contracts.delivery import Phase
from portal_api.errors import NotFoundError, TooManyError
from portal_api.lists.column import FULL_SCAN_LIMIT
from portal_api.schemas.paging import Page
from portal_api.store.applied_projections import with_applied
from portal_api.store.errors import translate_errors
from portal_api.store.pages import read_page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from motor.motor_asyncio import AsyncIOMotorDatabase

    from portal_api.deliveries.filter import DeliveryFilter

ATTEMPTS_SHOWN = 100
DELIVERIES_SHOWN = 100
Document = dict[str, Any]


class DeliveryQueries:
    """Lists and details. Raises StoreUnavailableError while MongoDB cannot be reached."""

    def __init__(self, database: AsyncIOMotorDatabase[Document]) -> None:
        self._database = database

    async def appointments(self, wanted: Document, page: Page) -> tuple[list[Document], str | None]:
        """Return one page of appointments and the cursor of the next page."""
        with translate_errors():
            return await read_page(self._database["appointments"], wanted, page)

    async def appointment(self, key: str) -> tuple[Document, list[Document]]:
        """Return the appointment and its newest deliveries with their attempts. Raises
        NotFoundError.
        """
        with translate_errors():
            found = await self._database["appointments"].find_one({"_id": key})
            if found is None:
                raise NotFoundError(f"There is no appointment {key}")
            newest = (
                self._database["deliveries"]
                .find({"appointment.key": key})
                .sort([("received_at", -1), ("_id", -1)])
                .limit(DELIVERIES_SHOWN)
            )
            deliveries, held = await newest.to_list(DELIVERIES_SHOWN), await self.held_connectors()
            ids = [delivery["_id"] for delivery in deliveries]
            attempts = (
                self._database["attempts"]
                .find({"delivery_id": {"$in": ids}}, {"trace": 0})
                .sort([("delivery_id", 1), ("attempt", -1)])
            )
            by_delivery: dict[str, list[Document]] = {delivery_id: [] for delivery_id in ids}
            async for attempt in attempts.limit(DELIVERIES_SHOWN * ATTEMPTS_SHOWN):
                if len(by_delivery[attempt["delivery_id"]]) < ATTEMPTS_SHOWN:
                    by_delivery[attempt["delivery_id"]].append(attempt)
        for delivery in deliveries:
            with_applied(delivery, by_delivery[delivery["_id"]])
        return found, [
            _with_phase(delivery, held) | {"attempts": by_delivery[delivery["_id"]]}
            for delivery in deliveries
        ]

    async def connectors_of(self, key: str) -> list[str]:
        """Return the ids of the connectors with deliveries of the appointment. Raises
        NotFoundError.
        """
        with translate_errors():
            found = await self._database["appointments"].find_one({"_id": key}, {"connectors": 1})
        if found is None:
            raise NotFoundError(f"There is no appointment {key}")
        return sorted(found.get("connectors", {}))

    async def deliveries(
        self, conditions: DeliveryFilter, page: Page
    ) -> tuple[list[Document], str | None]:
        """Return one page of deliveries and the cursor of the next page.

        A pending delivery of a held lane has the phase held.
        """
        with translate_errors():
            held = await self.held_connectors()
            items, following = await read_page(
                self._database["deliveries"], conditions.mongodb_query(held), page
            )
        return [_with_phase(item, held) for item in items], following

    async def held_connectors(self) -> set[str]:
        """Return the ids of the connectors whose lane is held now."""
        with translate_errors():
            return {
                lane["connector_id"]
                async for lane in self._database["lanes"].find(
                    {"held_until": {"$gt": datetime.now(UTC)}}, {"connector_id": 1}
                )
            }

    async def refuse_full_scan(
        self, collection: str, indexed: Document, unindexed: Sequence[str]
    ) -> None:
        """Raise TooManyError when MongoDB would scan over 50,000 items because of these
        parameters.
        """
        if unindexed:
            with translate_errors():
                if (
                    await self._database[collection].count_documents(
                        indexed, limit=FULL_SCAN_LIMIT + 1
                    )
                    > FULL_SCAN_LIMIT
                ):
                    raise TooManyError(unindexed[0], FULL_SCAN_LIMIT)

    async def delivery(self, delivery_id: str) -> Document:
        """Return the delivery with its newest attempts and its dead letter. Raises
        NotFoundError.
        """
        with translate_errors():
            found = await self._database["deliveries"].find_one({"_id": delivery_id})
            if found is None:
                raise NotFoundError(f"There is no delivery {delivery_id}")
            attempts = (
                self._database["attempts"]
                .find({"delivery_id": delivery_id})
                .sort("attempt", -1)
                .limit(ATTEMPTS_SHOWN)
            )
            letter = await self._database["dead_letters"].find_one({"_id": delivery_id})
            shown = _with_phase(found, await self.held_connectors())
            made = await attempts.to_list(ATTEMPTS_SHOWN)
            with_applied(found, made)
            return shown | {
                "attempts": made,
                "dead_letter": letter,
            }

    async def newer(self, delivery: Document) -> Document | None:
        """Return the newest delivery of the same appointment to the same connector.

        Return None when this delivery is the newest, or the other one carries an older version.
        """
        appointment, connector_id = delivery.get("appointment"), delivery["connector_id"]
        if appointment is None:
            return None
        with translate_errors():
            found = await self._database["appointments"].find_one(
                {"_id": appointment["key"]}, {f"connectors.{connector_id}": 1}
            )
            latest = (found or {}).get("connectors", {}).get(connector_id)
            if latest is None or latest["delivery_id"] == delivery["_id"]:
                return None
            return await self._database["deliveries"].find_one(
                {
                    "_id": latest["delivery_id"],
                    "appointment.modified_at": {"$gte": appointment["modified_at"]},
                },
                {"status": 1},
            )


def _with_phase(delivery: Document, held: set[str]) -> Document:
    if delivery.get("archived"):
        return delivery | {"phase": Phase.ARCHIVED}
    is_held = delivery["phase"] == Phase.PENDING and delivery["connector_id"] in held
    return delivery | {"phase": Phase.HELD} if is_held else delivery
