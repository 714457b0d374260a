"""retry asks for the records of unknown outcomes, on a real MongoDB."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common.contracts.delivery import DeliveryRequested, Trigger
from common.contracts.operation import ItemOutcome, OperationKind
from retry.model.item import OUTCOME_KNOWN
from retry.store.requeues import ClaimStore
from retry.store.transactions import TransactionQueries
from retry.store.unknown import UnknownOutcomes
from retry.timer.failed_requeuer import FailedRequeuer
from tests.support.database import Database
from tests.support.retry_replica import (
    ONE,
    FakeRetryPublisher,
    RetryReplica,
    database,
    end_second_attempts,
    publisher,
    store_failed,
)

__all__ = ["database", "publisher"]
NAV = {"system": "NAV", "enabled": True, "version": 3}
LONG_AGO = timedelta(hours=1)


def a_checker(database: Database, publisher: FakeRetryPublisher, name: str = "r") -> FailedRequeuer:
    return FailedRequeuer(
        UnknownOutcomes(database),
        TransactionQueries(database),
        ClaimStore(database, name),
        publisher,
        is_check=True,
    )


async def store(
    database: Database, connector: dict[str, Any] | None = None, count: int = 1, **fields: Any
) -> None:
    """Store deliveries whose attempts had no answer an hour ago, and their connector."""
    given = {
        "outcome_unknown": True,
        "changed_at": datetime.now(UTC) - LONG_AGO,
        "cause": "c",
        "connector_version": 3,
    }
    await store_failed(database, count, **given | fields)
    await database["connectors"].insert_one({"_id": "c1"} | NAV | (connector or {}))


async def requested(database: Database) -> list[DeliveryRequested]:
    publisher = FakeRetryPublisher()
    await a_checker(database, publisher).requeue_all()
    return publisher.requested


async def test_a_due_check_is_requested_once(
    database: Database, publisher: FakeRetryPublisher
) -> None:
    await store(database, count=3)

    await asyncio.gather(*(a_checker(database, publisher, f"r{n}").requeue_all() for n in range(3)))

    assert sorted(r.delivery_id for r in publisher.requested) == [f"t{n:05}.c1" for n in range(3)]
    assert {(r.attempt, r.trigger, r.is_check, r.repeats) for r in publisher.requested} == {
        (2, Trigger.TIMER_JOB, True, 1)
    }


@pytest.mark.parametrize(
    ("connector", "fields"),
    [
        ({"enabled": False}, {}),
        ({"system": "Webhook"}, {}),
        ({"system": None}, {}),
        ({"mapping": {"fields": {"appointment_id": None}}}, {}),
        ({"missing_after_s": 86_400.0}, {}),
        ({}, {"changed_at": datetime.now(UTC) + LONG_AGO}),
        ({}, {"archived": True}),
        ({}, {"outcome_unknown": False}),
        ({}, {"phase": "pending", "status": None}),
        ({}, {"status": "Skipped"}),
        ({}, {"connector_id": "c2"}),
        ({}, {"outcome_check": {"found": None, "next_at": None}}),
        ({}, {"outcome_check": {"found": None, "next_at": datetime.now(UTC) + LONG_AGO}}),
    ],
)
async def test_a_check_that_is_not_due_or_cannot_settle_is_not_requested(
    database: Database, connector: dict[str, Any], fields: dict[str, Any]
) -> None:
    await store(database, connector, **fields)

    assert await requested(database) == []


@pytest.mark.parametrize(
    "connector",
    [
        {"system": "Business Central", "api_type": "SOAP"},
        {"system": "Business Central", "api_type": "REST"},
        {"system": "CRM"},
        {"system": "Webhook", "recognises_delivery_id": True},
        {"missing_after_s": 1.0},
    ],
)
async def test_every_connector_that_can_be_asked_is_asked(
    database: Database, connector: dict[str, Any]
) -> None:
    await store(database, connector)

    assert len(await requested(database)) == 1


async def test_checks_without_a_result_are_counted(database: Database) -> None:
    check = {"found": None, "next_at": datetime.now(UTC) - LONG_AGO}
    await store(database, outcome_check=check, repeats=4, repeated_cause="c")

    assert [r.repeats for r in await requested(database)] == [5]


async def test_an_overtaken_delivery_is_not_checked(database: Database) -> None:
    await store(database, overtaken_by={"delivery_id": "t9.c1"})

    assert await requested(database) == []


async def test_a_killed_replicas_checks_are_published_as_checks(
    database: Database, publisher: FakeRetryPublisher
) -> None:
    await store(database, count=2)
    with pytest.raises(KeyboardInterrupt):
        await a_checker(database, FakeRetryPublisher("before publishing")).requeue_all()

    await a_checker(database, publisher, "other").resume()

    assert [r.is_check for r in publisher.requested] == [True, True]


async def test_an_operation_checks_unknown_outcomes_alone(
    database: Database, publisher: FakeRetryPublisher
) -> None:
    await store(database, count=3)
    known = {"$set": {"outcome_unknown": False}}
    await database["deliveries"].update_one({"_id": "t00001.c1"}, known)
    replica = RetryReplica(database, publisher)
    await replica.request(kind=OperationKind.CHECK)

    await replica.run_steps(4)
    await end_second_attempts(database, "Success")
    await replica.run_steps(4)

    assert {(r.attempt, r.trigger, r.is_check) for r in publisher.requested} == {
        (2, Trigger.WEBSITE, True)
    }
    items = await database["operation_items"].find({"operation_id": ONE}).to_list(None)
    results = {i["delivery_id"]: (i["outcome"], i.get("message")) for i in items}
    assert results["t00001.c1"] == (ItemOutcome.SKIPPED, OUTCOME_KNOWN)
    assert results["t00000.c1"][0] == ItemOutcome.SUCCEEDED


async def test_a_check_that_changed_nothing_explains_its_item(
    database: Database, publisher: FakeRetryPublisher
) -> None:
    await store(database)
    replica = RetryReplica(database, publisher)
    await replica.request(kind=OperationKind.CHECK)
    await replica.run_steps(4)
    await end_second_attempts(database, "Failed")
    note = {"note": "The back office could not be asked.", "found": None}
    await database["deliveries"].update_many({}, {"$set": {"outcome_check": note}})

    await replica.run_steps(4)

    item = await database["operation_items"].find_one({"operation_id": ONE})
    assert item is not None
    assert (item["outcome"], item["message"]) == (ItemOutcome.FAILED, note["note"])
