"""Failures that an older release recorded get the causes of this release, with their notes."""

from __future__ import annotations

from typing import Any

from portal_api.deliveries.cause import cause_of
from portal_api.store.regroup import REGROUP_BATCH, regroup
from tests.support.database import Database

MANY = REGROUP_BATCH + 20


def a_failure(number: int, **fields: Any) -> dict[str, Any]:
    said = {
        "code": "DSUNK001",
        "message": f"Resource 'R{number}' is blocked.",
        "connector_id": "c1",
    }
    return {"_id": f"t{number}.c1", "archived": False, "cause": f"{number:016x}"} | said | fields


async def test_failures_of_an_older_release_get_the_cause_of_today_and_its_note(
    empty_database: Database,
) -> None:
    await empty_database["deliveries"].insert_many(
        [
            *map(a_failure, range(MANY)),
            a_failure(MANY, cause=None),
            a_failure(MANY + 1, archived=True),
        ]
    )
    await empty_database["cause_notes"].insert_one(
        {"_id": f"{7:016x}", "text": "Unblock it", "by": "jo"}
    )
    now = cause_of("DSUNK001", "Resource 'X' is blocked.", "c1")

    await regroup(empty_database)

    assert await empty_database["deliveries"].count_documents({"cause": now}) == MANY
    note = await empty_database["cause_notes"].find_one({"_id": now})
    assert note is not None
    assert note["text"] == "Unblock it"


async def test_regrouping_happens_once(empty_database: Database) -> None:
    await regroup(empty_database)
    await empty_database["deliveries"].insert_one(a_failure(1))

    await regroup(empty_database)

    assert await empty_database["deliveries"].count_documents({"cause": f"{1:016x}"}) == 1


async def test_a_newer_note_stays(empty_database: Database) -> None:
    now = cause_of("DSUNK001", "Resource 'X' is blocked.", "c1")
    await empty_database["deliveries"].insert_one(a_failure(1))
    await empty_database["cause_notes"].insert_many(
        [{"_id": f"{1:016x}", "text": "old"}, {"_id": now, "text": "new"}]
    )

    await regroup(empty_database)

    note = await empty_database["cause_notes"].find_one({"_id": now})
    assert note == {"_id": now, "text": "new"}
