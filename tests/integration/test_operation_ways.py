"""An operation reads its deliveries and its items by index, however many are stored."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from common.contracts.delivery import Status
from portal_api.deliveries.filter import DeliveryFilter
from portal_api.operations.selection import as_extended_json
from portal_api.recording.record import Recorder
from portal_api.store.writer import Writer
from retry.model.item import OperationItem
from retry.store.deliveries import DeliveryQueries
from retry.store.indexes import create_indexes
from retry.store.items import ItemStore
from tests.support.builders import an_event
from tests.support.database import a_database
from tests.support.query_plans import stages

MANY = 300
FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {"status": "Failed"},
    {"troubled": True},
    {"connector_id": "c1", "status": "Failed"},
    {"source_app": "CRONUSINTERNATIONALLTD."},
    {"job_no": "OP100007"},
    {"search": "overhaul"},
    {"received_from": "2026-07-21T00:00:00Z"},
)


@pytest.fixture(scope="module")
async def database(mongodb_url: str) -> AsyncIterator[Any]:
    """Deliveries, half of them failed, and an operation with as many items."""
    async with a_database(mongodb_url) as made:
        events = [
            an_event(
                status=Status.FAILED if n % 2 else Status.SUCCESS,
                number=n,
                key=f"demo/{n}",
                job_no=f"OP{n}",
                subject="Overhaul",
            )
            for n in range(MANY)
        ]
        await Recorder(Writer(made)).record_statuses(events)
        items = ItemStore(made)
        await create_indexes(made)
        await items.add("1" * 32, [OperationItem(f"t{n}.c1", f"{n:05}") for n in range(MANY)])
        yield made


@pytest.mark.parametrize("given", FILTERS, ids=str)
async def test_deliveries_are_enumerated_by_index_from_the_last_key(
    database: Any, given: dict[str, Any]
) -> None:
    wanted = DeliveryFilter.model_validate(given).mongodb_query(held=())
    order = [("received_at", 1), ("_id", 1)]

    explained = await database["deliveries"].find(wanted).sort(order).limit(100).explain()

    used = set(stages(explained["queryPlanner"]["winningPlan"]))
    assert "IXSCAN" in used
    assert not used & {"COLLSCAN", "SORT"}, used


@pytest.mark.parametrize("given", FILTERS, ids=str)
async def test_conditions_mean_the_same_after_their_message(
    database: Any, given: dict[str, Any]
) -> None:
    wanted = DeliveryFilter.model_validate(given).mongodb_query(held=())

    stored, key = await DeliveryQueries(database).page(json.dumps(as_extended_json(wanted)), None)

    assert key is None
    assert [s.delivery_id for s in stored] == [
        d["_id"]
        async for d in database["deliveries"].find(wanted).sort([("received_at", 1), ("_id", 1)])
    ]


@pytest.mark.parametrize("wanted", [{"outcome": "waiting", "order": {"$gt": "00100"}}, {}], ids=str)
async def test_items_are_read_by_index(database: Any, wanted: dict[str, Any]) -> None:
    explained = (
        await database["operation_items"]
        .find({"operation_id": "1" * 32, **wanted})
        .sort([("order", 1)])
        .limit(50)
        .explain()
    )

    assert not set(stages(explained["queryPlanner"]["winningPlan"])) & {"COLLSCAN", "SORT"}
    assert explained["executionStats"]["totalDocsExamined"] <= 51


async def test_progress_is_counted_without_reading_an_item(database: Any) -> None:
    pipeline = [
        {"$match": {"operation_id": "1" * 32}},
        {"$group": {"_id": {"outcome": "$outcome", "tried": "$tried"}, "count": {"$sum": 1}}},
    ]

    explained = await database.command(
        "explain",
        {"aggregate": "operation_items", "pipeline": pipeline, "cursor": {}},
        verbosity="executionStats",
    )

    examined = (
        explained.get("executionStats") or explained["stages"][0]["$cursor"]["executionStats"]
    )
    assert (examined["totalKeysExamined"], examined["totalDocsExamined"]) == (MANY, 0)
