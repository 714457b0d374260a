"""The claims of retry on a real MongoDB: a kill or a second replica makes no double."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from common.contracts.delivery import DeliveryRequested
from common.database import open_database
from retry.metrics import UNREADABLE
from retry.store.failed import Failed
from retry.store.indexes import make_indexes
from retry.store.lease import Clock
from retry.store.requeues import Requeues
from retry.store.transactions import Transactions
from retry.timer.failed_requeuer import Requeue
from tests.support.builders import A_MOMENT, a_transaction


@pytest.fixture
async def database(mongodb_url: str) -> AsyncIterator[AsyncIOMotorDatabase[dict[str, Any]]]:
    opened = open_database(mongodb_url, f"test-{uuid.uuid4().hex[:8]}")
    await make_indexes(opened)
    yield opened
    await opened.client.drop_database(opened.name)


class Broker:
    def __init__(self, *, is_killed: bool = False) -> None:
        self.asked: list[DeliveryRequested] = []
        self.is_killed = is_killed

    async def __call__(self, requests: Sequence[DeliveryRequested]) -> None:
        if self.is_killed:
            raise KeyboardInterrupt
        self.asked += requests


async def fill(database: AsyncIOMotorDatabase[dict[str, Any]], count: int) -> None:
    transactions = [a_transaction(f"t{n:04}").model_dump() for n in range(count)]
    await database["transactions"].insert_many(
        [t | {"_id": t["transaction_id"]} for t in transactions]
    )
    failed = {
        "status": "Failed",
        "phase": "done",
        "archived": False,
        "attempt": 1,
        "connector_id": "c1",
    }
    await database["deliveries"].insert_many(
        [failed | {"_id": f"t{n:04}.c1", "transaction_id": f"t{n:04}"} for n in range(count)]
    )


def a_requeue(
    database: AsyncIOMotorDatabase[dict[str, Any]], broker: Broker, replica: str = "r"
) -> Requeue:
    return Requeue(Failed(database), Transactions(database), Requeues(database, replica), broker)


async def test_each_failed_delivery_is_asked_for_once(
    database: AsyncIOMotorDatabase[dict[str, Any]],
) -> None:
    await fill(database, 450)
    broker = Broker()

    asked = await a_requeue(database, broker)()
    again = await a_requeue(database, broker)()

    assert (asked, again) == (450, 0)
    assert len({r.message_id for r in broker.asked}) == len(broker.asked) == 450
    assert {r.attempt for r in broker.asked} == {2}


async def test_two_replicas_at_the_same_moment_ask_once(
    database: AsyncIOMotorDatabase[dict[str, Any]],
) -> None:
    await fill(database, 450)
    broker = Broker()

    await asyncio.gather(*(a_requeue(database, broker, f"r{n}")() for n in range(3)))

    assert sorted(r.delivery_id for r in broker.asked) == [f"t{n:04}.c1" for n in range(450)]


@pytest.mark.parametrize(
    "change",
    [
        {"archived": True},
        {"status": "Skipped"},
        {"phase": "pending", "status": None},
        {"connector_id": "-"},
    ],
)
async def test_what_is_not_failed_or_is_archived_is_left_alone(
    database: AsyncIOMotorDatabase[dict[str, Any]], change: dict[str, Any]
) -> None:
    await fill(database, 3)
    await database["deliveries"].update_one({"_id": "t0001.c1"}, {"$set": change})
    broker = Broker()

    await a_requeue(database, broker)()

    assert [r.delivery_id for r in broker.asked] == ["t0000.c1", "t0002.c1"]


async def test_a_kill_between_claim_and_publish_is_finished_by_the_next(
    database: AsyncIOMotorDatabase[dict[str, Any]],
) -> None:
    await fill(database, 5)
    with pytest.raises(KeyboardInterrupt):
        await a_requeue(database, Broker(is_killed=True))()
    broker = Broker()

    resumed = await a_requeue(database, broker, "other").resume()
    again = await a_requeue(database, broker, "other").resume()

    assert (resumed, again) == (5, 0)
    assert len(broker.asked) == 5


async def test_one_replica_has_the_clock_and_each_tick_is_begun_once(
    database: AsyncIOMotorDatabase[dict[str, Any]],
) -> None:
    one, other = Clock(database, "one", lease_s=0.5), Clock(database, "other", lease_s=0.5)
    tick = datetime.now(UTC)

    mine, also = await one.is_mine(), await other.is_mine()
    begun = [
        await one.begin(tick),
        await one.begin(tick),
        await other.begin(tick + timedelta(minutes=1)),
    ]
    await asyncio.sleep(0.6)
    taken_over = await other.is_mine()

    assert (mine, also, taken_over) == (True, False, True)
    assert begun == [True, False, False]


def a_delivery(number: int, key: str = "demo/1", **fields: Any) -> dict[str, Any]:
    """A Failed delivery as portal-api stores it."""
    return {
        "_id": f"t{number:04}.c1",
        "transaction_id": f"t{number:04}",
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


async def store(
    database: AsyncIOMotorDatabase[dict[str, Any]], *deliveries: dict[str, Any], version: int = 3
) -> None:
    await database["connectors"].insert_one({"_id": "c1", "version": version})
    await database["deliveries"].insert_many(list(deliveries))
    await database["transactions"].insert_many(
        [
            a_transaction(d["transaction_id"]).model_dump() | {"_id": d["transaction_id"]}
            for d in deliveries
        ]
    )


async def asked_of(database: AsyncIOMotorDatabase[dict[str, Any]]) -> list[DeliveryRequested]:
    broker = Broker()
    await a_requeue(database, broker)()
    return broker.asked


async def test_an_unknown_outcome_is_never_repeated_by_the_timer_job(
    database: AsyncIOMotorDatabase[dict[str, Any]],
) -> None:
    await store(database, a_delivery(1, outcome_unknown=True), a_delivery(2, key="demo/2"))

    assert [r.delivery_id for r in await asked_of(database)] == ["t0002.c1"]


@pytest.mark.parametrize(
    ("status", "newer_by_s", "is_asked"),
    [("Success", 60, False), ("Success", -60, True), ("Failed", 60, True)],
)
async def test_an_overtaken_delivery_is_left_alone(
    database: AsyncIOMotorDatabase[dict[str, Any]], status: str, newer_by_s: int, *, is_asked: bool
) -> None:
    newer = a_delivery(
        2,
        status=status,
        archived=True,
        appointment={"key": "demo/1", "modified_at": A_MOMENT + timedelta(seconds=newer_by_s)},
    )
    await store(database, a_delivery(1), newer)
    latest = {"delivery_id": newer["_id"], "status": status}
    await database["appointments"].insert_one({"_id": "demo/1", "connectors": {"c1": latest}})

    assert bool(await asked_of(database)) == is_asked


async def test_what_the_same_cause_refuses_again_and_again_waits_longer_each_time(
    database: AsyncIOMotorDatabase[dict[str, Any]],
) -> None:
    now = datetime.now(UTC)
    refused: dict[str, Any] = {"repeats": 4, "repeated_cause": "c" * 16}
    waits, due, other_cause, by_a_person = (
        a_delivery(1, **refused, changed_at=now - timedelta(minutes=30)),
        a_delivery(2, "demo/2", **refused, changed_at=now - timedelta(minutes=41)),
        a_delivery(3, "demo/3", **refused | {"repeated_cause": "d" * 16}),
        a_delivery(4, "demo/4", repeats=0, repeated_cause=None),
    )
    await store(database, waits, due, other_cause, by_a_person)

    asked = {r.delivery_id: (r.repeats, r.repeated_cause) for r in await asked_of(database)}

    assert asked == {
        due["_id"]: (5, "c" * 16),
        other_cause["_id"]: (1, "c" * 16),
        by_a_person["_id"]: (1, "c" * 16),
    }


async def test_other_settings_of_the_connector_end_the_wait(
    database: AsyncIOMotorDatabase[dict[str, Any]],
) -> None:
    await store(database, a_delivery(1, repeats=9, repeated_cause="c" * 16), version=4)

    [asked] = await asked_of(database)

    assert asked.repeats == 1


async def test_one_stored_change_that_cannot_be_read_does_not_end_the_run(
    database: AsyncIOMotorDatabase[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    await fill(database, 5)
    await database["transactions"].update_one({"_id": "t0002"}, {"$set": {"action": "explode"}})
    before, broker = UNREADABLE._value.get(), Broker()
    requeue = a_requeue(database, broker)

    first, second = await requeue(), await requeue()

    assert (first, second) == (4, 0)
    assert "t0002.c1" not in {r.delivery_id for r in broker.asked}
    assert UNREADABLE._value.get() == before + 2
    assert capsys.readouterr().out.count("a stored change cannot be read") == 1


async def test_the_timer_job_keeps_its_pace(
    database: AsyncIOMotorDatabase[dict[str, Any]],
) -> None:
    await fill(database, 30)
    broker = Broker()
    requeue = Requeue(
        Failed(database), Transactions(database), Requeues(database, "r"), broker, per_second=20
    )
    begun = time.monotonic()

    await requeue()

    assert time.monotonic() - begun >= 29 / 20
    assert len(broker.asked) == 30


async def test_a_run_ends_early_where_the_lease_is_lost(
    database: AsyncIOMotorDatabase[dict[str, Any]],
) -> None:
    await fill(database, 450)
    broker = Broker()

    asked = await a_requeue(database, broker)(lambda: not broker.asked)

    assert 0 < asked == len(broker.asked) < 450
