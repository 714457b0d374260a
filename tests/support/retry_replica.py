"""One replica of retry on a real MongoDB, with a publisher that records messages or kills."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from common.contracts.delivery import DeliveryRequested
from common.contracts.operation import (
    DeliveriesArchived,
    OperationCommand,
    OperationKind,
    OperationProgressed,
    OperationRequested,
    OperationSteered,
)
from common.contracts.transaction import TransactionReceived
from retry.model.candidate import RequeueClaim
from retry.operations.batch_processor import BatchProcessor
from retry.operations.item_enumerator import ItemEnumerator
from retry.operations.progress_publisher import ProgressPublisher
from retry.operations.result_collector import ResultCollector
from retry.operations.runner import OperationRunner
from retry.publishing import RetryPublisher, request_of
from retry.store.deliveries import DeliveryQueries
from retry.store.failed import FailedDeliveries
from retry.store.indexes import create_indexes
from retry.store.items import ItemStore
from retry.store.operations import OperationStore
from retry.store.requeues import ClaimStore
from retry.store.transactions import TransactionQueries
from retry.timer.failed_requeuer import MAX_PER_SECOND, FailedRequeuer
from tests.support.builders import A_MOMENT, a_transaction
from tests.support.database import Database, a_database

ONE = "1" * 32
OTHER = "2" * 32


@pytest.fixture
async def database(mongodb_url: str) -> AsyncIterator[Database]:
    """An empty database with the indexes of retry."""
    async with a_database(mongodb_url, create_indexes) as opened:
        yield opened


class FakeRetryPublisher(RetryPublisher):
    """Records every message, or kills the process before or after the record."""

    def __init__(self, kills: str = "") -> None:
        self.requested: list[DeliveryRequested] = []
        self.archived: list[DeliveriesArchived] = []
        self.progress: list[OperationProgressed] = []
        self.kills = kills

    async def publish_requests(
        self, claims: Sequence[RequeueClaim], transactions: Mapping[str, TransactionReceived]
    ) -> None:
        requests = [request_of(c, transactions[c.candidate.transaction_id]) for c in claims]
        if requests and self.kills == "before publishing":
            raise KeyboardInterrupt
        self.requested += requests
        if requests and self.kills == "after publishing":
            raise KeyboardInterrupt

    async def publish_archived(self, message: DeliveriesArchived) -> None:
        self.archived.append(message)

    async def publish_progress(self, progress: OperationProgressed) -> None:
        self.progress.append(progress)


@pytest.fixture
def publisher() -> FakeRetryPublisher:
    return FakeRetryPublisher()


class RetryReplica:
    """The stores of one replica, and the steps of its operations."""

    def __init__(self, database: Database, publisher: FakeRetryPublisher) -> None:
        deliveries = DeliveryQueries(database)
        self.operations = OperationStore(database)
        self.items = ItemStore(database)
        self.enumerator = ItemEnumerator(self.operations, self.items, deliveries)
        self.batches = BatchProcessor(
            self.items, TransactionQueries(database), ClaimStore(database, "r"), publisher
        )
        self.results = ResultCollector(self.items, deliveries, publisher)
        self.progress = ProgressPublisher(self.operations, publisher)

    def create_runner(self, operation_id: str) -> OperationRunner:
        """Return a runner of an operation, with the steps of this replica."""
        return OperationRunner(
            operation_id,
            self.operations,
            self.items,
            self.enumerator,
            self.batches,
            self.results,
            self.progress,
        )

    async def run_steps(self, count: int, operation_id: str = ONE) -> OperationRunner:
        """Run an operation from its start for so many steps, or until it is finished."""
        runner = self.create_runner(operation_id)
        await runner.resume()
        for _ in range(count):
            if not runner.is_finished:
                await runner.step()
        return runner

    async def request(
        self, operation_id: str = ONE, kind: OperationKind = OperationKind.RETRY, **fields: Any
    ) -> None:
        """Store a requested operation, by default over every failed delivery."""
        selection = {} if "delivery_ids" in fields else {"conditions": {"status": "Failed"}}
        given = {
            "kind": kind,
            "asked_by": "anna",
            "asked_at": A_MOMENT,
            "per_second": 100_000,
            "planned": 3,
        }
        await self.operations.add(
            OperationRequested(operation_id=operation_id, **given | selection | fields)
        )

    async def steer(self, command: OperationCommand, second: int = 1) -> None:
        """Store a command of an administrator."""
        await self.operations.save_steering(
            OperationSteered(
                operation_id=ONE,
                steer=command,
                asked_by="bert",
                asked_at=A_MOMENT + timedelta(seconds=second),
            )
        )


def a_requeuer(
    database: Database,
    publisher: FakeRetryPublisher,
    replica: str = "r",
    per_second: float = MAX_PER_SECOND,
) -> FailedRequeuer:
    return FailedRequeuer(
        FailedDeliveries(database),
        TransactionQueries(database),
        ClaimStore(database, replica),
        publisher,
        per_second,
    )


async def store_failed(database: Database, count: int, **fields: Any) -> None:
    """Store so many failed deliveries with their transactions, as portal-api does."""
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


async def end_second_attempts(database: Database, status: str) -> None:
    """Set the second attempt of every delivery to this status."""
    await database["deliveries"].update_many(
        {},
        {"$set": {"attempt": 2, "phase": "done", "status": status, "message": f"It was {status}."}},
    )
