"""Updates the failures of an older release once: their causes, and the marks of overtaken ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pymongo
import structlog
from pymongo import UpdateOne

from common.database import retry_while_unavailable
from portal_api.deliveries.cause import cause_of
from portal_api.store.overtaken import OvertakenMarks

if TYPE_CHECKING:
    from motor.motor_asyncio import AsyncIOMotorDatabase

    Document = dict[str, Any]

log = structlog.get_logger()
GROUPING_VERSION = 2
"""Increase the number when ``cause_of`` changes its rules."""
MARK, OVERTAKEN_MARK = "grouping", "overtaken"
REGROUP_BATCH = 500
REGROUP_TIMEOUT_S = 3600.0
_READ = {"cause": 1, "code": 1, "message": 1, "connector_id": 1}


async def regroup(database: AsyncIOMotorDatabase[Document]) -> None:
    """Store the current cause of every failure outside the archive, once, and copy each note to the
    new causes.

    Starts over when MongoDB becomes unavailable.
    """
    notes = database["cause_notes"]
    async for trial in retry_while_unavailable():
        with trial:
            mark = await notes.find_one({"_id": MARK})
            if mark and mark["version"] >= GROUPING_VERSION:
                return
            with pymongo.timeout(REGROUP_TIMEOUT_S):
                await _regroup_all(database)
            await notes.update_one(
                {"_id": MARK}, {"$set": {"version": GROUPING_VERSION}}, upsert=True
            )
    log.info("failures are grouped by the causes of this version", grouping=GROUPING_VERSION)


async def mark_overtaken(database: AsyncIOMotorDatabase[Document]) -> None:
    """Mark the overtaken deliveries that an older release stored, once."""
    notes = database["cause_notes"]
    async for trial in retry_while_unavailable():
        with trial:
            if await notes.find_one({"_id": OVERTAKEN_MARK}):
                return
            with pymongo.timeout(REGROUP_TIMEOUT_S):
                await OvertakenMarks(database).update_all()
            await notes.update_one({"_id": OVERTAKEN_MARK}, {"$set": {"version": 1}}, upsert=True)


async def _regroup_all(database: AsyncIOMotorDatabase[Document]) -> None:
    """Read the failures by the index of causes. The scan may meet a moved failure a second time,
    which changes nothing.
    """
    batch: list[Document] = []
    found = database["deliveries"].find({"archived": False, "cause": {"$gt": ""}}, _READ)
    async for delivery in found.batch_size(REGROUP_BATCH):
        batch.append(delivery)
        if len(batch) == REGROUP_BATCH:
            await _move(database, batch)
            batch = []
    await _move(database, batch)


async def _move(database: AsyncIOMotorDatabase[Document], batch: list[Document]) -> None:
    moved: list[UpdateOne] = []
    causes: set[tuple[str, str]] = set()
    for delivery in batch:
        before = delivery["cause"]
        now = cause_of(delivery.get("code"), delivery.get("message"), delivery["connector_id"])
        if now != before:
            unchanged = {"_id": delivery["_id"], "cause": before}
            moved.append(UpdateOne(unchanged, {"$set": {"cause": now}}))
            causes.add((before, now))
    if moved:
        await _copy_notes(database, causes)
        await database["deliveries"].bulk_write(moved, ordered=False)


async def _copy_notes(
    database: AsyncIOMotorDatabase[Document], causes: set[tuple[str, str]]
) -> None:
    notes = database["cause_notes"]
    wanted = sorted({before for before, _ in causes})
    stored_notes = {note["_id"]: note async for note in notes.find({"_id": {"$in": wanted}})}
    for before, now in causes:
        note = {
            name: value for name, value in stored_notes.get(before, {}).items() if name != "_id"
        }
        if note:
            await notes.update_one({"_id": now}, {"$setOnInsert": note}, upsert=True)
