"""The timer job on a real MongoDB: a kill or a second replica requests no attempt twice."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common.contracts.delivery import DeliveryRequested
from retry.metrics import UNREADABLE
from retry.store.lease import Lease
from tests.support.builders import A_MOMENT, a_transaction
from tests.support.database import Database
from tests.support.retry_replica import (
    FakeRetryPublisher,
    a_requeuer,
    database,
    publisher,
    store_failed,
)

__all__ = ["database", "publisher"]


async def test_each_failed_delivery_is_requested_once(
    database: Database,
    publisher: FakeRetryPublisher,
) -> None:
    await store_failed(database, 450)

    first = await a_requeuer(database, publisher).requeue_all()
    second = await a_requeuer(database, publisher).requeue_all()

    assert (first, second) == (450, 0)
    assert len({r.message_id for r in publisher.requested}) == len(publisher.requested) == 450
    assert {r.attempt for r in publisher.requested} == {2}


async def test_replicas_at_the_same_time_request_each_delivery_once(
    database: Database,
    publisher: FakeRetryPublisher,
) -> None:
    await store_failed(database, 450)

    await asyncio.gather(
        *(a_requeuer(database, publisher, f"r{n}").requeue_all() for n in range(3))
    )

    assert sorted(r.delivery_id for r in publisher.requested) == [f"t{n:05}.c1" for n in range(450)]


@pytest.mark.parametrize(
    "change",
    [
        {"archived": True},
        {"status": "Skipped"},
        {"phase": "pending", "status": None},
        {"connector_id": "-"},
    ],
)
async def test_a_delivery_that_is_not_failed_or_is_archived_is_not_requested(
    database: Database, publisher: FakeRetryPublisher, change: dict[str, Any]
) -> None:
    await store_failed(database, 3)
    await database["deliveries"].update_one({"_id": "t00001.c1"}, {"$set": change})

    await a_requeuer(database, publisher).requeue_all()

    assert [r.delivery_id for r in publisher.requested] == ["t00000.c1", "t00002.c1"]


async def test_another_replica_publishes_the_requests_that_a_killed_one_claimed(
    database: Database,
    publisher: FakeRetryPublisher,
) -> None:
    await store_failed(database, 5)
    with pytest.raises(KeyboardInterrupt):
        await a_requeuer(database, FakeRetryPublisher("before publishing")).requeue_all()

    resumed = await a_requeuer(database, publisher, "other").resume()
    again = await a_requeuer(database, publisher, "other").resume()

    assert (resumed, again) == (5, 0)
    assert len(publisher.requested) == 5


async def test_one_replica_holds_the_lease_and_each_tick_is_begun_once(
    database: Database,
) -> None:
    one, other = Lease(database, "one", lease_s=0.5), Lease(database, "other", lease_s=0.5)
    tick = datetime.now(UTC)

    first, second = await one.acquire(), await other.acquire()
    begun = [
        await one.begin_tick(tick),
        await one.begin_tick(tick),
        await other.begin_tick(tick + timedelta(minutes=1)),
    ]
    await asyncio.sleep(0.6)
    taken_over = await other.acquire()

    assert (first, second, taken_over) == (True, False, True)
    assert begun == [True, False, False]


def a_delivery(number: int, key: str = "demo/1", **fields: Any) -> dict[str, Any]:
    """Return a document of a failed delivery like those of portal-api."""
    return {
        "_id": f"t{number:05}.c1",
        "transaction_id": f"t{number:05}",
        "connector_id": "c1",
        "connector_version": 3,
        "status": "Failed",
        "phase": "done",
        "archived": False,
        "attempt": 2,
        "cause": "c" * 16,
        "changed_at": datetime.now(UTC) - timedelta(minutes=1),
        "appointment": {"key": key, "modified_at": A_MOMENT},
    } | fields


async def store(database: Database, *deliveries: dict[str, Any], version: int = 3) -> None:
    await database["connectors"].insert_one({"_id": "c1", "version": version})
    await database["deliveries"].insert_many(list(deliveries))
    await database["transactions"].insert_many(
        [
            a_transaction(d["transaction_id"]).model_dump() | {"_id": d["transaction_id"]}
            for d in deliveries
        ]
    )


async def requests_after_a_run(database: Database) -> list[DeliveryRequested]:
    publisher = FakeRetryPublisher()
    await a_requeuer(database, publisher).requeue_all()
    return publisher.requested


async def test_the_timer_job_never_retries_an_unknown_outcome(
    database: Database,
) -> None:
    await store(database, a_delivery(1, outcome_unknown=True), a_delivery(2, key="demo/2"))

    assert [r.delivery_id for r in await requests_after_a_run(database)] == ["t00002.c1"]


@pytest.mark.parametrize(
    ("overtaken_by", "is_requested"), [({"delivery_id": "t9.c1"}, False), (None, True)]
)
async def test_an_overtaken_delivery_is_not_requested(
    database: Database, overtaken_by: dict[str, Any] | None, *, is_requested: bool
) -> None:
    await store(database, a_delivery(1, overtaken_by=overtaken_by))

    assert bool(await requests_after_a_run(database)) == is_requested


async def test_repeated_failures_with_the_same_cause_wait_longer_each_time(
    database: Database,
) -> None:
    now = datetime.now(UTC)
    refused: dict[str, Any] = {"repeats": 4, "repeated_cause": "c" * 16}
    waiting, due, other_cause, by_a_person = (
        a_delivery(1, **refused, changed_at=now - timedelta(minutes=30)),
        a_delivery(2, "demo/2", **refused, changed_at=now - timedelta(minutes=41)),
        a_delivery(3, "demo/3", **refused | {"repeated_cause": "d" * 16}),
        a_delivery(4, "demo/4", repeats=0, repeated_cause=None),
    )
    await store(database, waiting, due, other_cause, by_a_person)

    requests = {
        r.delivery_id: (r.repeats, r.repeated_cause) for r in await requests_after_a_run(database)
    }

    assert requests == {
        due["_id"]: (5, "c" * 16),
        other_cause["_id"]: (1, "c" * 16),
        by_a_person["_id"]: (1, "c" * 16),
    }


async def test_a_change_of_the_connector_ends_the_wait(
    database: Database,
) -> None:
    await store(database, a_delivery(1, repeats=9, repeated_cause="c" * 16), version=4)

    [request] = await requests_after_a_run(database)

    assert request.repeats == 1


async def test_an_unreadable_transaction_does_not_end_the_run(
    database: Database, publisher: FakeRetryPublisher, capsys: pytest.CaptureFixture[str]
) -> None:
    await store_failed(database, 5)
    await database["transactions"].update_one({"_id": "t00002"}, {"$set": {"action": "explode"}})
    before = UNREADABLE._value.get()
    requeuer = a_requeuer(database, publisher)

    first, second = await requeuer.requeue_all(), await requeuer.requeue_all()

    assert (first, second) == (4, 0)
    assert "t00002.c1" not in {r.delivery_id for r in publisher.requested}
    assert UNREADABLE._value.get() == before + 2
    assert capsys.readouterr().out.count("a stored change cannot be read") == 1


async def test_the_timer_job_keeps_its_rate_limit(
    database: Database,
    publisher: FakeRetryPublisher,
) -> None:
    await store_failed(database, 30)
    requeuer = a_requeuer(database, publisher, per_second=20)
    begun = time.monotonic()

    await requeuer.requeue_all()

    assert time.monotonic() - begun >= 29 / 20
    assert len(publisher.requested) == 30


async def test_a_run_ends_early_when_the_lease_is_lost(
    database: Database,
    publisher: FakeRetryPublisher,
) -> None:
    await store_failed(database, 450)

    requested = await a_requeuer(database, publisher).requeue_all(lambda: not publisher.requested)

    assert 0 < requested == len(publisher.requested) < 450
