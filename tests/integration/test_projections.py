"""Projections depend neither on the order of messages nor on their repetition."""

from __future__ import annotations

import asyncio
import itertools
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from common.contracts.connector import LaneChanged
from common.contracts.dead_letter import DeadLetter
from common.contracts.delivery import Phase, Status
from portal_api.deliveries.filter import DeliveryFilter
from portal_api.deliveries.schemas import DeliveryDetails, DeliveryQuery
from portal_api.errors import BadCursorError
from portal_api.recording.record import Recorder
from portal_api.schemas.paging import Page
from portal_api.store import delivery_projections
from portal_api.store.deliveries import DeliveryQueries
from portal_api.store.writer import Writer
from tests.support.builders import A_MOMENT, a_delivery, a_transaction, an_event
from tests.support.database import Database

NEWEST = Page("received_at", is_descending=True, limit=50, after=None)


@pytest.fixture
def recorder(database: Database) -> Recorder:
    return Recorder(Writer(database))


@pytest.fixture
def reader(database: Database) -> DeliveryQueries:
    return DeliveryQueries(database)


async def test_the_newest_attempt_decides_in_whatever_order_the_events_come(
    recorder: Recorder, reader: DeliveryQueries
) -> None:
    events = [
        an_event(1, None),
        an_event(1, Status.FAILED),
        an_event(2, None),
        an_event(2, Status.SUCCESS),
    ]

    for order in itertools.permutations(events):
        for event in [*order, random.choice(events)]:
            await recorder.record_statuses([event])
        found = await reader.delivery("t1.c1")
        assert (found["attempt"], found["status"], found["phase"]) == (2, "Success", "done")
        assert [a["status"] for a in found["attempts"]] == ["Success", "Failed"]


async def test_replicas_that_record_the_same_delivery_at_once_lose_nothing(
    database: Database, reader: DeliveryQueries
) -> None:
    one, other = Writer(database), Writer(database)

    for number in range(1, 101):
        pending, done = (
            delivery_projections.of_status(an_event(1, None, number)),
            delivery_projections.of_status(an_event(1, Status.SUCCESS, number)),
        )
        await asyncio.gather(one.write(pending), other.write(done))

    items, _ = await reader.deliveries(
        DeliveryFilter(phase=(Phase.PENDING,)), replace(NEWEST, limit=200)
    )
    assert [item["_id"] for item in items] == []


async def test_an_appointment_shows_its_newest_version_and_each_connectors_status(
    recorder: Recorder, reader: DeliveryQueries
) -> None:
    older = a_transaction("t1", subject="old")
    newer = a_transaction("t2", subject="new", modified_at=A_MOMENT + timedelta(minutes=1))

    await recorder.record_statuses(
        [an_event(number=2, connector_id="c2"), an_event(number=2, status=Status.FAILED)]
    )
    await recorder.record_transactions([newer, older, newer])
    await recorder.record_statuses([an_event(number=1, status=Status.SKIPPED)])

    items, _ = await reader.appointments(
        {}, Page("last_transaction_at", is_descending=True, limit=50, after=None)
    )
    assert len(items) == 1
    assert items[0]["subject"] == "new"
    assert {c: said["status"] for c, said in items[0]["connectors"].items()} == {
        "c1": "Failed",
        "c2": "Success",
    }


async def test_an_appointment_is_pending_until_its_newest_transaction_is_delivered(
    recorder: Recorder, reader: DeliveryQueries, database: Any
) -> None:
    first, second = [
        a_transaction(f"t{n}", modified_at=A_MOMENT + timedelta(minutes=n)) for n in (1, 2)
    ]
    later = second.model_copy(update={"received_at": A_MOMENT + timedelta(seconds=2)})
    steps = [
        partial(recorder.record_transactions, [first]),
        partial(recorder.record_statuses, [an_event(number=1)]),
        partial(recorder.record_transactions, [later]),
        partial(recorder.record_statuses, [an_event(1, None, number=2)]),
    ]

    for order in itertools.permutations(steps):
        await database["appointments"].delete_many({})
        for step in order:
            await step()
        assert (await reader.appointment(first.appointment.key))[0]["phase"] == "pending"
    await recorder.record_statuses([an_event(number=2)])

    found, _ = await reader.appointment(first.appointment.key)
    assert (found["phase"], found["action"], found["outcomes"]) == (
        "done",
        "update",
        ["c1|", "c1|Success", "|Success"],
    )


async def test_the_snapshot_is_stored_once(recorder: Recorder, database: Database) -> None:
    await recorder.record_transactions([a_transaction(body='{"Id": 37743}')] * 2)

    assert [t["body"] async for t in database["transactions"].find()] == ['{"Id": 37743}']


async def test_a_pending_delivery_of_a_held_lane_is_held_until_its_replica_falls_silent(
    recorder: Recorder, reader: DeliveryQueries
) -> None:
    now = datetime.now(UTC)
    await recorder.record_statuses(
        [an_event(1, None), an_event(1, None, number=2, connector_id="c2")]
    )

    await recorder.record_lane(
        LaneChanged(
            connector_id="c1",
            replica="r",
            held_since=now,
            held_until=now + timedelta(minutes=1),
            at=now,
        )
    )

    held, _ = await reader.deliveries(DeliveryFilter(phase=(Phase.HELD,)), NEWEST)
    pending, _ = await reader.deliveries(DeliveryFilter(phase=(Phase.PENDING,)), NEWEST)
    assert [d["_id"] for d in held] == ["t1.c1"]
    assert [d["_id"] for d in pending] == ["t2.c2"]
    await recorder.record_lane(
        LaneChanged(
            connector_id="c1",
            replica="r",
            held_since=None,
            held_until=None,
            at=now + timedelta(seconds=1),
        )
    )
    assert (await reader.delivery("t1.c1"))["phase"] == "pending"


async def test_the_stack_trace_of_an_attempt_is_in_its_details_alone(
    recorder: Recorder, reader: DeliveryQueries
) -> None:
    await recorder.record_statuses(
        [an_event(status=Status.FAILED).model_copy(update={"trace": "File"})]
    )

    found = await reader.delivery("t1.c1")
    shown = DeliveryDetails.model_validate(found | {"delivery_id": "t1.c1"})

    assert [attempt.trace for attempt in shown.attempts] == ["File"]
    assert "trace" not in found


async def test_a_dead_lettered_delivery_is_failed_until_its_next_attempt(
    recorder: Recorder, reader: DeliveryQueries
) -> None:
    letter = DeadLetter(
        dead_letter_id="d1",
        queue="q",
        type=None,
        reason="bug",
        trace="File",
        body=a_delivery().model_dump_json(),
        at=A_MOMENT,
    )

    await recorder.record_dead_letter(letter)
    parked = await reader.delivery("t1.c1")
    await recorder.record_statuses([an_event(attempt=2)])

    assert (parked["status"], parked["message"], parked["dead_letter"]["trace"]) == (
        "Failed",
        "bug",
        "File",
    )
    assert (await reader.delivery("t1.c1"))["status"] == "Success"


async def test_a_dead_lettered_delivery_is_found_by_its_numbers_and_shown_with_its_appointment(
    recorder: Recorder, reader: DeliveryQueries
) -> None:
    letter = DeadLetter(
        dead_letter_id="d1",
        queue="q",
        type=None,
        reason="bug",
        trace="File",
        body=a_delivery().model_dump_json(),
        at=A_MOMENT,
    )

    await recorder.record_dead_letter(letter)

    query = DeliveryQuery.model_validate({"search": "op100001 bug", "troubled": True})
    items, _ = await reader.deliveries(query, query.page())
    appointment, _ = await reader.appointment(a_delivery().transaction.appointment.key)
    assert [item["_id"] for item in items] == ["t1.c1"]
    assert (appointment["connectors"]["c1"]["status"], appointment["phase"]) == ("Failed", "done")


async def test_pages_by_key_show_each_delivery_once_while_new_ones_come(
    recorder: Recorder, reader: DeliveryQueries
) -> None:
    await recorder.record_statuses([an_event(number=n) for n in range(25)])
    seen: list[str] = []
    after = None
    for number in range(100, 110):
        items, after = await reader.deliveries(
            DeliveryFilter(), Page("received_at", is_descending=True, limit=10, after=after)
        )
        seen += [item["_id"] for item in items]
        await recorder.record_statuses([an_event(number=number)])
        if after is None:
            break

    assert seen == [f"t{n}.c1" for n in reversed(range(25))]


@pytest.mark.parametrize("is_descending", [True, False])
async def test_paging_goes_through_items_without_a_value(
    recorder: Recorder, reader: DeliveryQueries, *, is_descending: bool
) -> None:
    await recorder.record_statuses(
        [an_event(number=n, status=Status.FAILED if n % 2 else None) for n in range(12)]
    )
    seen: set[str] = set()
    after = None
    for _ in range(10):
        items, after = await reader.deliveries(
            DeliveryFilter(),
            Page("status", is_descending=is_descending, limit=5, after=after),
        )
        seen |= {item["_id"] for item in items}
        if after is None:
            break

    assert len(seen) == 12


@pytest.mark.parametrize("after", ["x", "W10=", "e30=", "W3siJG5lIjogMX0sICJhIl0="])
async def test_a_foreign_paging_key_is_refused(reader: DeliveryQueries, after: str) -> None:
    with pytest.raises(BadCursorError):
        await reader.deliveries(
            DeliveryFilter(), Page("received_at", is_descending=True, limit=5, after=after)
        )
