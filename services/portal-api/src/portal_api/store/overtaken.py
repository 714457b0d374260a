"""Marks deliveries without success whose appointment was delivered to the same connector in a newer
version.

The mark follows after the write of the statuses, whichever of the two deliveries was recorded
first. A later attempt of the marked delivery removes the mark.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pymongo import UpdateOne

from common.contracts.appointment import Action
from common.contracts.appointment_version import AppointmentVersion
from common.contracts.delivery import Status
from common.contracts.moments import in_utc, ticks_of
from common.database import retry_while_unavailable
from portal_api.store.forward import RECORDED_AT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from motor.motor_asyncio import AsyncIOMotorDatabase

Document = dict[str, Any]
BATCH = 500
NEWEST_READ = 10
"""The delivered versions of one appointment and connector that are compared. The newest are enough,
because the exact order differs from that of the query only among equal last-modified times.
"""
TICKS_PER_MS = 10_000
_FIELDS = dict.fromkeys(
    ("rank", "connector_id", "transaction_id", "action", "received_at", "appointment"), 1
)


class OvertakenMarks:
    """The field ``overtaken_by`` of stored deliveries. Waits while MongoDB is unavailable."""

    def __init__(self, database: AsyncIOMotorDatabase[Document]) -> None:
        self._database = database
        self._deliveries = database["deliveries"]

    async def update(self, appointment_keys: Collection[str]) -> None:
        """Mark the overtaken deliveries of these appointments."""
        if appointment_keys:
            await self._update({"appointment.key": {"$in": sorted(set(appointment_keys))}})

    async def update_all(self) -> None:
        """Mark every overtaken delivery, for the documents of older releases."""
        await self._update({"appointment.key": {"$gt": ""}})

    async def _update(self, wanted: Document) -> None:
        async for trial in retry_while_unavailable():
            with trial:
                batch: list[Document] = []
                found = self._deliveries.find({"troubled": True} | wanted, _FIELDS)
                async for delivery in found.hint("troubled").batch_size(BATCH):
                    batch.append(delivery)
                    if len(batch) == BATCH:
                        await self._mark(batch)
                        batch = []
                await self._mark(batch)

    async def _mark(self, troubled: Sequence[Document]) -> None:
        if not troubled:
            return
        delivered = await self._delivered(troubled)
        if not delivered:
            return
        involved = [*troubled, *(one for group in delivered.values() for one in group)]
        places = await self._places(involved)
        marks = []
        for delivery in troubled:
            version = _version_of(delivery, places)
            newer = [
                one
                for one in delivered.get(_pair(delivery), ())
                if one["_id"] != delivery["_id"] and version.is_older_than(_version_of(one, places))
            ]
            if newer:
                marks.append(_mark_of(delivery, newer[0]))
        if marks:
            await self._deliveries.bulk_write(marks, ordered=False)

    async def _delivered(
        self, troubled: Sequence[Document]
    ) -> Mapping[tuple[str, str], list[Document]]:
        """Return the newest delivered versions of each appointment and connector, the newest
        first.
        """
        keys = sorted({delivery["appointment"]["key"] for delivery in troubled})
        oldest = min(delivery["appointment"]["modified_at"] for delivery in troubled)
        shown = {name: f"${name}" for name in ("_id", *_FIELDS)}
        order = {"appointment.modified_at": -1, "received_at": -1, "_id": -1}
        stages: list[Document] = [
            {
                "$match": {
                    "appointment.key": {"$in": keys},
                    "status": Status.SUCCESS,
                    "appointment.modified_at": {"$gte": oldest},
                }
            },
            {
                "$group": {
                    "_id": {"key": "$appointment.key", "connector_id": "$connector_id"},
                    "newest": {"$topN": {"n": NEWEST_READ, "sortBy": order, "output": shown}},
                }
            },
        ]
        return {
            (group["_id"]["key"], group["_id"]["connector_id"]): group["newest"]
            async for group in self._deliveries.aggregate(stages)
        }

    async def _places(self, deliveries: Iterable[Document]) -> dict[str, int]:
        """Return the place of each transaction in its request. A delivery does not have it."""
        ids = sorted({one["transaction_id"] for one in deliveries if one.get("transaction_id")})
        found = self._database["transactions"].find({"_id": {"$in": ids}}, {"place": 1})
        return {one["_id"]: one.get("place", 0) async for one in found}


def _pair(delivery: Document) -> tuple[str, str]:
    return delivery["appointment"]["key"], delivery["connector_id"]


def _mark_of(delivery: Document, newer: Document) -> UpdateOne:
    """Return the change that marks the delivery, unless another attempt was recorded since."""
    mark = {
        "delivery_id": newer["_id"],
        "transaction_id": newer["transaction_id"],
        "modified_at": newer["appointment"]["modified_at"],
    }
    return UpdateOne(
        {"_id": delivery["_id"], "rank": delivery["rank"], "troubled": True},
        {
            "$set": {"overtaken_by": mark, "troubled": False},
            "$currentDate": {RECORDED_AT: True},
        },
    )


def version_of_stored(stored: Mapping[str, Any], place: int) -> AppointmentVersion:
    """Return the version that a stored delivery or transaction carries.

    Documents of 0.1.0 have the last-modified time in milliseconds only.
    """
    appointment = stored["appointment"]
    return AppointmentVersion(
        ticks=appointment.get("modified_ticks") or ticks_of(in_utc(appointment["modified_at"])),
        rowversion=appointment.get("rowversion"),
        received=ticks_of(in_utc(stored["received_at"])) // TICKS_PER_MS,
        place=place,
        is_delete=stored.get("action") == Action.DELETE,
    )


def _version_of(delivery: Document, places: Mapping[str, int]) -> AppointmentVersion:
    return version_of_stored(delivery, places.get(delivery.get("transaction_id") or "", 0))
