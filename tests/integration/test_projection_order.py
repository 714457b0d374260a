"""The newer of two messages decides the projection, in any order of arrival."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from common.contracts.applied import Applied, AppliedChanged, AppliedState
from common.contracts.appointment import Action
from common.contracts.connector import LaneChanged
from common.contracts.dead_letter import DeadLetter
from common.contracts.delivery import Phase, Status
from common.contracts.transaction import TransactionReceived
from portal_api.deliveries.schemas import as_delivery
from portal_api.recording.record import Recorder
from portal_api.store.unfinished import pending_before
from portal_api.store.writer import Writer
from tests.support.builders import A_MOMENT, a_delivery, a_transaction, an_event
from tests.support.database import Database
from tests.support.query_plans import stages

KEY = "demo/37743"


@pytest.fixture
def recorder(database: Database) -> Recorder:
    return Recorder(Writer(database))


def a_letter(attempt: int = 1) -> DeadLetter:
    return DeadLetter(
        dead_letter_id=f"d{attempt}",
        queue="dispatcher.deliveries.c1",
        type="DeliveryRequested",
        reason="bug",
        trace=None,
        body=a_delivery(attempt).model_dump_json(),
        at=A_MOMENT,
    )


async def the(database: Database, collection: str, name: str) -> dict[str, Any]:
    found = await database[collection].find_one({"_id": name})
    assert found is not None
    return dict(found)


async def in_every_order(
    database: Database,
    steps: Sequence[Callable[[], Awaitable[None]]],
    shown: Callable[[], Awaitable[Any]],
) -> list[Any]:
    """Return the projection after the steps in each of their orders, without duplicates."""
    found: list[Any] = []
    for order in itertools.permutations(steps):
        for collection in ("deliveries", "attempts", "appointments"):
            await database[collection].delete_many({})
        for step in order:
            await step()
        one = await shown()
        found += [] if one in found else [one]
    return found


async def test_a_success_beats_a_dead_letter_of_the_same_attempt(
    database: Database, recorder: Recorder
) -> None:
    event = an_event().model_copy(update={"received_at": A_MOMENT})
    pending = event.model_copy(update={"status": None, "phase": Phase.PENDING})
    steps = [
        partial(recorder.record_statuses, [pending]),
        partial(recorder.record_statuses, [event]),
        partial(recorder.record_dead_letter, a_letter()),
    ]

    async def shown() -> Any:
        delivery = await the(database, "deliveries", "t1.c1")
        appointment = await the(database, "appointments", KEY)
        return delivery["status"], appointment["connectors"]["c1"]["status"], appointment["phase"]

    assert await in_every_order(database, steps, shown) == [("Success", "Success", "done")]


async def test_a_dead_letter_of_a_later_attempt_is_shown(
    database: Database, recorder: Recorder
) -> None:
    steps = [
        partial(recorder.record_statuses, [an_event(status=Status.FAILED)]),
        partial(recorder.record_dead_letter, a_letter(attempt=2)),
    ]

    async def shown() -> Any:
        delivery = await the(database, "deliveries", "t1.c1")
        return delivery["status"], delivery["message"], delivery["attempt"]

    assert await in_every_order(database, steps, shown) == [("Failed", "bug", 2)]


async def test_a_dead_letter_hides_no_success_that_the_release_before_recorded(
    database: Database, recorder: Recorder
) -> None:
    await recorder.record_statuses([an_event()])
    await database["deliveries"].update_one({"_id": "t1.c1"}, {"$set": {"rank": 12}})

    await recorder.record_dead_letter(a_letter())

    assert (await the(database, "deliveries", "t1.c1"))["status"] == "Success"


async def test_a_success_after_the_delivery_failed_as_unfinished_is_shown(
    database: Database, recorder: Recorder
) -> None:
    given_up = an_event(status=Status.FAILED).model_copy(update={"outcome_unknown": True})
    steps = [
        partial(recorder.record_statuses, [given_up]),
        partial(recorder.record_statuses, [an_event()]),
    ]

    async def shown() -> Any:
        return [
            (await the(database, collection, name))["status"]
            for collection, name in (("deliveries", "t1.c1"), ("attempts", "t1.c1.1"))
        ]

    assert await in_every_order(database, steps, shown) == [["Success", "Success"]]


@pytest.mark.parametrize("attempt", [99, 100, 101, 9_999])
async def test_an_appointment_shows_the_status_of_its_newest_attempt_however_many_there_were(
    database: Database, recorder: Recorder, attempt: int
) -> None:
    steps = [
        partial(recorder.record_statuses, [an_event(attempt - 1, Status.FAILED)]),
        partial(recorder.record_statuses, [an_event(attempt, None)]),
        partial(recorder.record_statuses, [an_event(attempt)]),
    ]

    async def shown() -> Any:
        appointment = await the(database, "appointments", KEY)
        return appointment["connectors"]["c1"]["status"], appointment["phase"]

    assert await in_every_order(database, steps, shown) == [("Success", "done")]


async def test_an_appointment_of_the_release_before_goes_on(
    database: Database, recorder: Recorder
) -> None:
    await recorder.record_statuses([an_event(100, None)])
    older = {"connectors.c1.rank": "", "shown_received_at": "", "shown_place": ""}
    older |= {"modified_ticks": "", "rowversion": ""}
    await database["appointments"].update_one({"_id": KEY}, {"$unset": older})

    await recorder.record_statuses([an_event(100, subject="same version")])
    later = A_MOMENT + timedelta(milliseconds=1)
    await recorder.record_transactions([a_transaction("t2", subject="newer", modified_at=later)])
    await recorder.record_transactions([a_transaction("t0", subject="old", modified_at=A_MOMENT)])

    found = await the(database, "appointments", KEY)
    assert (found["subject"], found["connectors"]["c1"]["status"]) == ("newer", "Success")


def a_version(name: str, received_ms: int = 0, place: int = 0, **facts: Any) -> TransactionReceived:
    action = facts.pop("action", Action.UPDATE)
    sent = a_transaction(name, action, subject=name, **facts).model_dump()
    received = A_MOMENT + timedelta(milliseconds=received_ms)
    return TransactionReceived.model_validate(sent | {"received_at": received, "place": place})


OLDER_AND_NEWER = {
    "received later": (a_version("old"), a_version("new", received_ms=1)),
    "further back in the array": (a_version("old", place=0), a_version("new", place=1)),
    "delete of the same time": (
        a_version("old", received_ms=5),
        a_version("new", action=Action.DELETE),
    ),
    "100 ns later": (
        a_version("old", received_ms=5, modified_ticks=639_202_573_894_470_000),
        a_version("new", modified_ticks=639_202_573_894_470_001),
    ),
    "higher rowversion": (
        a_version("old", received_ms=5, rowversion="00000000000000ff"),
        a_version("new", rowversion="0000000000000100"),
    ),
    "only one rowversion": (a_version("old"), a_version("new", 1, rowversion="0000000000000100")),
}


@pytest.mark.parametrize("case", OLDER_AND_NEWER)
async def test_the_appointment_shows_the_newer_of_two_versions_of_the_same_time(
    database: Database, recorder: Recorder, case: str
) -> None:
    older, newer = OLDER_AND_NEWER[case]
    told = an_event(status=Status.FAILED, subject="old").model_copy(
        update={"received_at": older.received_at, "appointment": older.appointment}
    )
    steps = [
        partial(recorder.record_transactions, [older]),
        partial(recorder.record_transactions, [newer]),
        partial(recorder.record_statuses, [told]),
    ]

    async def shown() -> Any:
        found = await the(database, "appointments", KEY)
        return found["subject"], found["action"]

    assert await in_every_order(database, steps, shown) == [("new", newer.action)]


async def test_unfinished_deliveries_are_found_by_an_index(
    database: Database, recorder: Recorder
) -> None:
    await recorder.record_statuses([an_event(number=n, key=f"demo/{n}") for n in range(300)])
    await recorder.record_statuses([an_event(status=None, number=1_000)])

    condition = pending_before(A_MOMENT + timedelta(days=1))
    explained = await database["deliveries"].find(condition).explain()

    assert "COLLSCAN" not in set(stages(explained["queryPlanner"]["winningPlan"]))
    assert explained["executionStats"]["totalDocsExamined"] == 1


async def test_a_working_lane_is_forgotten_a_day_after_its_replicas_last_heartbeat(
    database: Database, recorder: Recorder
) -> None:
    now = datetime.now(UTC)
    for replica, at, until_ in (
        ("gone", now - timedelta(days=2), None),
        ("here", now, None),
        ("held", now - timedelta(days=2), now + timedelta(minutes=1)),
    ):
        await recorder.record_lane(
            LaneChanged(
                connector_id="c1", replica=replica, held_since=until_, held_until=until_, at=at
            )
        )

    covered = database["lanes"].find({"held_until": None, "at": {"$lt": now}}, hint="works")
    index = (await database["lanes"].index_information())["works"]

    assert [lane["replica"] async for lane in covered] == ["gone"]
    assert index["expireAfterSeconds"] == 86_400


def a_state(
    state: AppliedState, revision: int, attempt: int = 1, message: str | None = None
) -> AppliedChanged:
    return AppliedChanged(
        delivery_id="t1.c1",
        attempt=attempt,
        connector_id="c1",
        revision=revision,
        applied=Applied(state=state, message=message, checked_at=A_MOMENT),
        at=A_MOMENT,
    )


async def test_the_newest_state_of_a_record_stays_in_every_order(
    database: Database, recorder: Recorder
) -> None:
    event = an_event().model_copy(update={"applied": Applied(state=AppliedState.WAITING)})
    pending = event.model_copy(update={"status": None, "phase": Phase.PENDING, "applied": None})
    steps = [
        partial(recorder.record_statuses, [pending]),
        partial(recorder.record_statuses, [event]),
        partial(recorder.record_applied, [a_state(AppliedState.WAITING, 1_000)]),
        partial(recorder.record_applied, [a_state(AppliedState.REFUSED, 2_000, message="Closed")]),
    ]

    async def shown() -> Any:
        delivery = await the(database, "deliveries", "t1.c1")
        stated = delivery["applied"]
        return delivery["status"], delivery["archived"], stated["state"], stated["message"]

    assert await in_every_order(database, steps, shown) == [("Success", False, "refused", "Closed")]


async def test_a_newer_attempt_resets_the_state_in_every_order(
    database: Database, recorder: Recorder
) -> None:
    first = an_event().model_copy(update={"applied": Applied(state=AppliedState.WAITING)})
    second = an_event(attempt=2, status=Status.FAILED)
    steps = [
        partial(recorder.record_statuses, [first]),
        partial(recorder.record_applied, [a_state(AppliedState.APPLIED, 9_000_000_000_000)]),
        partial(recorder.record_statuses, [second]),
    ]

    async def shown() -> Any:
        delivery = await the(database, "deliveries", "t1.c1")
        return delivery["status"], delivery["applied"]

    assert await in_every_order(database, steps, shown) == [("Failed", None)]


async def test_a_state_before_its_status_is_a_delivery_that_the_list_can_show(
    database: Database, recorder: Recorder
) -> None:
    await recorder.record_applied([a_state(AppliedState.APPLIED, 1_000)])

    shown = as_delivery(await the(database, "deliveries", "t1.c1"))

    assert (shown.phase, shown.transaction_id) == (Phase.PENDING, "t1")
