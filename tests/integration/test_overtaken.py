"""Failures whose appointment was delivered in a newer version are overtaken, in every order."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from common.contracts.appointment import Action
from common.contracts.dead_letter import DeadLetter
from common.contracts.delivery import Status, StatusChanged
from portal_api.recording.record import Recorder
from portal_api.store.overtaken import OvertakenMarks
from portal_api.store.regroup import mark_overtaken
from portal_api.store.writer import Writer
from tests.support.builders import A_MOMENT, a_delivery, a_snapshot, a_transaction, an_event
from tests.support.database import Database
from tests.support.operations import begin_operation, nonzero_counts, wait_for_state
from tests.support.query_plans import stages
from tests.support.system import System, until

LATER = A_MOMENT + timedelta(minutes=1)


@pytest.fixture
def recorder(database: Database) -> Recorder:
    return Recorder(Writer(database), None, OvertakenMarks(database))


async def marks(database: Database) -> dict[str, Any]:
    """Return the delivery that overtook each delivery."""
    return {
        one["_id"]: one["overtaken_by"]["delivery_id"] if one["overtaken_by"] else None
        async for one in database["deliveries"].find()
    }


async def marks_in_every_order(
    database: Database, recorder: Recorder, *events: StatusChanged
) -> list[dict[str, Any]]:
    """Return the distinct marks after these events in each of their orders."""
    found: list[dict[str, Any]] = []
    for order in itertools.permutations(events):
        for collection in ("deliveries", "attempts", "appointments"):
            await database[collection].delete_many({})
        for event in order:
            await recorder.record_statuses([event])
        one = await marks(database)
        found += [] if one in found else [one]
    return found


@pytest.mark.parametrize("status", [Status.FAILED, Status.MBOC_PUBLISH_DISABLED])
async def test_a_failure_is_overtaken_by_a_newer_success_in_every_order(
    database: Database, recorder: Recorder, status: Status
) -> None:
    older = an_event(status=status, number=1)
    newer = an_event(number=2, modified_at=LATER)

    found = await marks_in_every_order(database, recorder, older, newer)

    assert found == [{"t1.c1": "t2.c1", "t2.c1": None}]
    stored = await database["deliveries"].find_one({"_id": "t1.c1"})
    assert stored is not None
    assert stored["troubled"] is False
    assert stored["overtaken_by"] == {
        "delivery_id": "t2.c1",
        "transaction_id": "t2",
        "modified_at": LATER,
    }


async def test_the_newest_of_several_successes_is_named(
    database: Database, recorder: Recorder
) -> None:
    await recorder.record_statuses(
        [
            an_event(number=3, modified_at=LATER + timedelta(minutes=1)),
            an_event(number=2, modified_at=LATER),
            an_event(status=Status.FAILED, number=1),
        ]
    )

    assert (await marks(database))["t1.c1"] == "t3.c1"


@pytest.mark.parametrize(
    "newer",
    [
        an_event(number=2, modified_at=A_MOMENT - timedelta(minutes=1)),
        an_event(number=2, modified_at=LATER, connector_id="c2"),
        an_event(number=2, modified_at=LATER, key="demo/other"),
        an_event(number=2, modified_at=LATER, status=Status.FAILED),
        an_event(number=2, modified_at=LATER, status=Status.SKIPPED),
        an_event(number=2, modified_at=LATER, status=None),
    ],
    ids=["older", "other connector", "other appointment", "failed", "skipped", "under way"],
)
async def test_nothing_else_overtakes_a_failure(
    database: Database, recorder: Recorder, newer: StatusChanged
) -> None:
    older = an_event(status=Status.FAILED, number=1)

    found = await marks_in_every_order(database, recorder, older, newer)

    assert [set(one.values()) for one in found] == [{None}]


async def test_a_delete_overtakes_a_failure_of_the_same_last_modified_time(
    database: Database, recorder: Recorder
) -> None:
    """A delete may not change that time (design.md, section 5, rule 3)."""
    older = an_event(status=Status.FAILED, number=3)
    deleted = an_event(number=2).model_copy(update={"action": Action.DELETE})

    found = await marks_in_every_order(database, recorder, older, deleted)

    assert found == [{"t3.c1": "t2.c1", "t2.c1": None}]


async def test_of_two_versions_of_one_request_the_place_decides(
    database: Database, recorder: Recorder
) -> None:
    first, second = (a_transaction(f"t{n}").model_copy(update={"place": n}) for n in (1, 2))
    await recorder.record_transactions([first, second])
    failed, newer = (
        an_event(status=status, number=n).model_copy(update={"received_at": A_MOMENT})
        for n, status in ((1, Status.FAILED), (2, Status.SUCCESS))
    )

    found = await marks_in_every_order(database, recorder, failed, newer)

    assert found == [{"t1.c1": "t2.c1", "t2.c1": None}]


@pytest.mark.parametrize("status", [Status.SUCCESS, Status.SKIPPED])
async def test_a_retry_that_ends_well_loses_the_mark(
    database: Database, recorder: Recorder, status: Status
) -> None:
    events = (
        an_event(status=Status.FAILED, number=1),
        an_event(number=2, modified_at=LATER),
        an_event(2, None, number=1),
        an_event(2, status, number=1),
    )

    found = await marks_in_every_order(database, recorder, *events)

    assert found == [{"t1.c1": None, "t2.c1": None}]


async def test_a_retry_that_fails_again_is_overtaken_again(
    database: Database, recorder: Recorder
) -> None:
    await recorder.record_statuses([an_event(status=Status.FAILED, number=1)])
    await recorder.record_statuses([an_event(number=2, modified_at=LATER)])
    await recorder.record_statuses([an_event(2, None, number=1)])
    assert (await marks(database))["t1.c1"] is None

    await recorder.record_statuses([an_event(2, Status.FAILED, number=1)])

    assert (await marks(database))["t1.c1"] == "t2.c1"


async def test_failures_of_an_older_release_are_marked_once(database: Database) -> None:
    await Recorder(Writer(database)).record_statuses(
        [
            *(an_event(status=Status.FAILED, number=n, key=f"demo/{n}") for n in range(1, 1_200)),
            *(
                an_event(number=n + 2_000, key=f"demo/{n}", modified_at=LATER)
                for n in range(1, 1_200, 2)
            ),
        ]
    )
    await database["deliveries"].update_many({}, {"$unset": {"overtaken_by": 1}})

    await mark_overtaken(database)

    overtaken = {"overtaken_by.delivery_id": {"$gt": ""}, "troubled": False}
    assert await database["deliveries"].count_documents(overtaken) == 600
    assert await database["deliveries"].count_documents({"troubled": True}) == 599
    await database["deliveries"].update_many({}, {"$unset": {"overtaken_by": 1}})
    await mark_overtaken(database)
    assert await database["deliveries"].count_documents(overtaken) == 0


async def test_an_index_serves_the_search_for_overtaken_deliveries(database: Database) -> None:
    wanted = {"troubled": True, "appointment.key": {"$in": ["demo/1", "demo/2"]}}
    shown = {"archived": False, "overtaken_by.delivery_id": {"$gt": ""}}
    listed = database["deliveries"].find(shown).sort([("received_at", -1), ("_id", -1)])

    for cursor in (database["deliveries"].find(wanted), listed):
        plan = await cursor.limit(50).explain()
        used = set(stages(plan))
        assert "IXSCAN" in used
        assert not used & {"COLLSCAN", "SORT"}


async def an_overtaken_delivery(system: System, app: str) -> tuple[dict[str, Any], str]:
    """Make a failure that a newer version overtakes. Return it, and the newer transaction."""
    await system.hook(app)
    await system.simulated("PUT", app, "/faults", json={"status": 400})
    older = a_snapshot(source_app=app)
    failed = await system.delivery(await system.change("create", older), "Failed")
    await system.simulated("DELETE", app, "/faults")
    newer = older | {"LastModifiedDate": "2026-07-21T15:00:00", "Subject": "Inspect"}
    newer_id = await system.change("update", newer)
    await system.delivery(newer_id, "Success")

    async def marked() -> dict[str, Any] | None:
        _, found = await system.api("GET", f"/deliveries/{failed['delivery_id']}")
        return found if found["overtaken_by"] else None

    return await until(marked, "the mark"), newer_id


@pytest.fixture
async def retry(system: System) -> AsyncIterator[None]:
    await system.start("retry")
    yield
    await system.stop("retry")


@pytest.mark.usefixtures("retry")
async def test_an_overtaken_failure_leaves_error_tracking_and_is_archived_by_its_filter(
    system: System, app: str
) -> None:
    failed, newer_id = await an_overtaken_delivery(system, app)

    assert failed["overtaken_by"]["transaction_id"] == newer_id
    assert "newer version" in (failed["automatic_retry"] or {"reason": ""})["reason"]
    ids = partial(_ids, system, source_app=app)
    assert await ids(troubled="true") == []
    assert await ids(troubled="true", overtaken="true") == [failed["delivery_id"]]
    assert await ids(overtaken="true") == [failed["delivery_id"]]
    assert failed["delivery_id"] in await ids(troubled="false")
    assert failed["delivery_id"] not in await ids(overtaken="false")
    _, causes = await system.api("GET", "/causes", params={"source_app": app})
    assert causes["items"] == []
    conditions = {"source_app": app, "overtaken": True}
    _, plan = await system.api(
        "POST", "/operations/plan", json={"kind": "archive", "filter": conditions}
    )
    assert (plan["count"], plan["doable"]) == (1, 1)

    operation = await begin_operation(system, "archive", filter=conditions)
    operation = await wait_for_state(system, operation)

    assert nonzero_counts(operation) == {"total": 1, "succeeded": 1}
    assert await ids(overtaken="true", archived="true") == [failed["delivery_id"]]


async def _ids(system: System, **filters: Any) -> list[str]:
    return [one["delivery_id"] for one in await system.deliveries(**filters)]


async def test_a_dead_letter_of_an_older_version_is_overtaken(
    database: Database, recorder: Recorder
) -> None:
    await recorder.record_statuses([an_event(number=2, modified_at=LATER)])
    letter = DeadLetter(
        dead_letter_id="d1",
        queue="dispatcher.deliveries.c1",
        type="DeliveryRequested",
        reason="bug",
        trace=None,
        body=a_delivery().model_dump_json(),
        at=A_MOMENT,
    )

    await recorder.record_dead_letter(letter)

    assert (await marks(database))["t1.c1"] == "t2.c1"
