"""After a restore, deliveries that no dispatcher knows end instead of staying in progress."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from common.contracts.delivery import Phase, Status
from portal_api.cli import moment
from portal_api.recording.fail_unfinished import MESSAGE, fail_unfinished
from portal_api.recording.record import Recorder
from portal_api.store.unfinished import UnfinishedDeliveries
from portal_api.store.writer import Writer
from tests.support.builders import A_MOMENT, an_event
from tests.support.database import Database

MANY = 450


def at(number: int) -> Any:
    """Return the moment before the event of this number was received."""
    return A_MOMENT + timedelta(seconds=number, milliseconds=-1)


async def test_an_unfinished_older_delivery_fails_with_an_unknown_outcome(
    database: Database,
) -> None:
    record = Recorder(Writer(database))
    await record.statuses(
        [
            an_event(status=None, number=number, key=f"demo/{number}")
            for number in range(1, MANY + 1)
        ]
    )

    ended = await fail_unfinished(UnfinishedDeliveries(database), record, at(MANY))

    found = await database["deliveries"].find_one({"_id": "t1.c1"})
    assert found is not None
    assert ended == MANY - 1
    assert (found["phase"], found["status"], found["outcome_unknown"], found["message"]) == (
        Phase.DONE,
        Status.FAILED,
        True,
        MESSAGE,
    )
    assert found["troubled"]
    assert await database["deliveries"].count_documents({"phase": "pending"}) == 1
    assert await database["attempts"].count_documents({}) == MANY - 1
    assert await database["appointments"].count_documents({"phase": "done"}) == MANY - 1


async def test_a_finished_delivery_stays_unchanged(
    database: Database,
) -> None:
    record = Recorder(Writer(database))
    await record.statuses([an_event(status=Status.SUCCESS, number=1)])

    assert await fail_unfinished(UnfinishedDeliveries(database), record, at(2)) == 0


async def test_a_later_attempt_still_counts(database: Database) -> None:
    record = Recorder(Writer(database))
    await record.statuses([an_event(status=None, number=1)])
    await fail_unfinished(UnfinishedDeliveries(database), record, at(2))

    await record.statuses([an_event(attempt=2, status=Status.SUCCESS, number=1)])

    found = await database["deliveries"].find_one({"_id": "t1.c1"})
    assert found is not None
    assert (found["status"], found["outcome_unknown"]) == (Status.SUCCESS, False)


def test_a_moment_without_an_offset_is_utc() -> None:
    assert (
        moment("2026-07-21T06:00:00")
        == moment("2026-07-21T06:00:00Z")
        == moment("2026-07-21T08:00:00+02:00")
    )
