"""Failures that an older release recorded are grouped as those of today, with their notes."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorDatabase

from portal_api.deliveries.cause import cause_of
from portal_api.store.regroup import REGROUP_BATCH, regroup

Database = AsyncIOMotorDatabase[dict[str, Any]]
MANY = REGROUP_BATCH + 20


@pytest.fixture
async def database(mongodb_url: str) -> AsyncIterator[Database]:
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(mongodb_url, tz_aware=True)
    database = client[f"test-{uuid.uuid4().hex[:8]}"]
    yield database
    await client.drop_database(database.name)
    client.close()


def a_failure(number: int, **fields: Any) -> dict[str, Any]:
    said = {
        "code": "DSUNK001",
        "message": f"Resource 'R{number}' is blocked.",
        "connector_id": "c1",
    }
    return {"_id": f"t{number}.c1", "archived": False, "cause": f"{number:016x}"} | said | fields


async def test_failures_of_an_older_release_get_the_cause_of_today_and_its_note(
    database: Database,
) -> None:
    await database["deliveries"].insert_many(
        [
            *map(a_failure, range(MANY)),
            a_failure(MANY, cause=None),
            a_failure(MANY + 1, archived=True),
        ]
    )
    await database["cause_notes"].insert_one({"_id": f"{7:016x}", "text": "Unblock it", "by": "jo"})
    now = cause_of("DSUNK001", "Resource 'X' is blocked.", "c1")

    await regroup(database)

    assert await database["deliveries"].count_documents({"cause": now}) == MANY
    note = await database["cause_notes"].find_one({"_id": now})
    assert note is not None
    assert note["text"] == "Unblock it"


async def test_it_is_done_once(database: Database) -> None:
    await regroup(database)
    await database["deliveries"].insert_one(a_failure(1))

    await regroup(database)

    assert await database["deliveries"].count_documents({"cause": f"{1:016x}"}) == 1


async def test_a_newer_note_is_kept(database: Database) -> None:
    now = cause_of("DSUNK001", "Resource 'X' is blocked.", "c1")
    await database["deliveries"].insert_one(a_failure(1))
    await database["cause_notes"].insert_many(
        [{"_id": f"{1:016x}", "text": "old"}, {"_id": now, "text": "new"}]
    )

    await regroup(database)

    note = await database["cause_notes"].find_one({"_id": now})
    assert note == {"_id": now, "text": "new"}
