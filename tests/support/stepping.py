"""The steps of operations on a real MongoDB, with a broker that gets everything or kills."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from common.contracts.delivery import DeliveryRequested
from common.contracts.operation import (
    DeliveriesArchived,
    OperationCommand,
    OperationKind,
    OperationProgressed,
    OperationRequested,
    OperationSteered,
)
from common.database import open_database
from retry.operations.batch_publisher import CarryOut
from retry.operations.item_enumerator import TakeStock
from retry.operations.progress_publisher import Report
from retry.operations.result_collector import Settle
from retry.operations.runner import Course, Steps
from retry.store.deliveries import Deliveries
from retry.store.indexes import make_indexes
from retry.store.items import Items
from retry.store.operations import Operations
from retry.store.requeues import Requeues
from retry.store.transactions import Transactions
from tests.support.builders import A_MOMENT, a_transaction

ONE, OTHER = "1" * 32, "2" * 32


@pytest.fixture
async def database(mongodb_url: str) -> AsyncIterator[AsyncIOMotorDatabase[dict[str, Any]]]:
    opened = open_database(mongodb_url, f"test-{uuid.uuid4().hex[:8]}")
    await make_indexes(opened)
    yield opened
    await opened.client.drop_database(opened.name)


class Broker:
    """Gets everything that is published, or kills the process before or after it has got it."""

    def __init__(self) -> None:
        self.asked: list[DeliveryRequested] = []
        self.archived: list[DeliveriesArchived] = []
        self.told: list[OperationProgressed] = []
        self.kills = ""

    async def ask(self, requests: Sequence[DeliveryRequested]) -> None:
        if requests and self.kills == "before publishing":
            raise KeyboardInterrupt
        self.asked += requests
        if requests and self.kills == "after publishing":
            raise KeyboardInterrupt

    async def archive(self, message: DeliveriesArchived) -> None:
        self.archived.append(message)

    async def tell(self, progress: OperationProgressed) -> None:
        self.told.append(progress)


@pytest.fixture
def broker() -> Broker:
    return Broker()


def the_steps(database: AsyncIOMotorDatabase[dict[str, Any]], broker: Broker) -> Steps:
    operations, items, deliveries = Operations(database), Items(database), Deliveries(database)
    carry_out = CarryOut(items, Transactions(database), Requeues(database, "r"), broker.ask)
    settle = Settle(items, deliveries, broker.archive)
    return Steps(
        operations,
        items,
        TakeStock(operations, items, deliveries),
        carry_out,
        settle,
        Report(operations, broker.tell),
    )


async def fill(database: AsyncIOMotorDatabase[dict[str, Any]], count: int, **fields: Any) -> None:
    transactions = [a_transaction(f"t{n:05}").model_dump() for n in range(count)]
    await database["transactions"].insert_many(
        [t | {"_id": t["transaction_id"]} for t in transactions]
    )
    failed = {
        "status": "Failed",
        "phase": "done",
        "archived": False,
        "attempt": 1,
        "connector_id": "c1",
    } | fields
    rows = [
        {
            "_id": f"t{n:05}.c1",
            "transaction_id": f"t{n:05}",
            "received_at": A_MOMENT + timedelta(seconds=n // 3),
        }
        for n in range(count)
    ]
    await database["deliveries"].insert_many([failed | row for row in rows])


async def requested(
    steps: Steps, operation_id: str = ONE, kind: OperationKind = OperationKind.RETRY, **fields: Any
) -> None:
    choice = {} if "delivery_ids" in fields else {"conditions": {"status": "Failed"}}
    given = (
        {
            "kind": kind,
            "asked_by": "anna",
            "asked_at": A_MOMENT,
            "per_second": 100_000,
            "planned": 3,
        }
        | choice
        | fields
    )
    await steps.operations.add(OperationRequested(operation_id=operation_id, **given))


async def steered(steps: Steps, word: OperationCommand, second: int = 1) -> None:
    await steps.operations.steer(
        OperationSteered(
            operation_id=ONE,
            steer=word,
            asked_by="bert",
            asked_at=A_MOMENT + timedelta(seconds=second),
        )
    )


async def came_to(database: AsyncIOMotorDatabase[dict[str, Any]], status: str) -> None:
    """Have every delivery's second attempt end like this."""
    await database["deliveries"].update_many(
        {},
        {"$set": {"attempt": 2, "phase": "done", "status": status, "message": f"It was {status}."}},
    )


async def turns(steps: Steps, count: int, operation_id: str = ONE) -> Course:
    course = Course(steps, operation_id)
    await course.begin()
    for _ in range(count):
        if not course.is_over:
            await course.turn()
    return course
