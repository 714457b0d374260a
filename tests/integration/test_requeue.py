"""The claims of retry on a real MongoDB: a kill or a second replica makes no double."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from common.contracts.delivery import DeliveryRequested
from common.database import open_database
from retry.requeue import Requeue
from retry.store.clock import Clock
from retry.store.failed import Failed
from retry.store.indexes import make_indexes
from retry.store.requeues import Requeues
from retry.store.transactions import Transactions
from tests.support.builders import a_transaction


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
