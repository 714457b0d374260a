"""Every list is read from an index: first page and last, each order, each filter, and free text."""

from __future__ import annotations

import re
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorDatabase

from portal_api.accounts.entry import Entry
from portal_api.record import Record
from portal_api.routes.appointments import AppointmentQuery, AppointmentSort
from portal_api.routes.deliveries import DeliveryQuery, DeliverySort
from portal_api.store.indexes import make_indexes
from portal_api.store.pages import Page, cursors, read_page
from portal_api.store.writer import Writer
from tests.support.builders import A_MOMENT, an_event

MANY = 300
FILTERS: tuple[dict[str, Any], ...] = (
    {"status": "Failed"},
    {"connector_id": "c1", "status": "Failed"},
    {"source_app": "CRONUSINTERNATIONALLTD."},
    {"job_no": "OP100007"},
    {"appointment_id": 7},
    {"transaction_id": "t7"},
    {"appointment_key": "demo/7"},
    {"troubled": True},
    {"search": "overhaul"},
    {"search": "overhaul op100007"},
    {"cause": "0" * 16},
    {"received_from": "2026-07-21T00:00:00Z"},
)


@pytest.fixture(scope="module")
async def database(mongodb_url: str) -> AsyncIterator[AsyncIOMotorDatabase[dict[str, Any]]]:
    """So many deliveries of as many appointments."""
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(mongodb_url, tz_aware=True)
    made = client[f"test-{uuid.uuid4().hex[:8]}"]
    await make_indexes(made)
    record = Record(Writer(made))
    await record.statuses([an_event(number=n, **of_number(n)) for n in range(MANY)])
    yield made
    await client.drop_database(made.name)
    client.close()


def of_number(number: int) -> dict[str, Any]:
    return {"key": f"demo/{number}", "appointment_id": number, "job_no": f"OP{100_000 + number}", "subject": f"Overhaul {number}", "task_no": f"T{number}"}


def stages(plan: Any) -> Iterator[str]:
    if isinstance(plan, dict):
        if isinstance(plan.get("stage"), str):
            yield plan["stage"]
        for value in plan.values():
            yield from stages(value)
    elif isinstance(plan, list):
        for value in plan:
            yield from stages(value)


async def check(collection: Any, wanted: dict[str, Any], page: Page, examined_at_most: int) -> None:
    for cursor in cursors(collection, wanted, page):
        explained = await cursor.explain()
        used = set(stages(explained["queryPlanner"]["winningPlan"]))
        assert "IXSCAN" in used, used
        assert not used & {"COLLSCAN", "SORT"}, used
        assert explained["executionStats"]["totalDocsExamined"] <= examined_at_most


async def last_key(collection: Any, wanted: dict[str, Any], page: Page) -> str:
    """The key that leads to the last page."""
    after = None
    while True:
        items, following = await read_page(collection, wanted, Page(page.field, page.is_descending, 100, after))
        if following is None:
            assert after is not None, items
            return after
        after = following


@pytest.mark.parametrize("sort", DeliverySort)
async def test_deliveries_in_each_order(database: Any, sort: DeliverySort) -> None:
    query = DeliveryQuery(sort=sort, limit=10)
    wanted, page = query.wanted(), query.page()
    await check(database["deliveries"], wanted, page, 11)
    key = await last_key(database["deliveries"], wanted, page)
    await check(database["deliveries"], wanted, Page(page.field, page.is_descending, 10, key), 11)


@pytest.mark.parametrize("filters", FILTERS, ids="-".join)
async def test_deliveries_with_each_filter(database: Any, filters: dict[str, Any]) -> None:
    query = DeliveryQuery.model_validate(filters | {"limit": 10})
    await check(database["deliveries"], query.wanted(), query.page(), MANY)


@pytest.mark.parametrize("sort", AppointmentSort)
async def test_appointments_in_each_order(database: Any, sort: AppointmentSort) -> None:
    page = Page(sort.removeprefix("-"), sort.startswith("-"), 10, None)
    await check(database["appointments"], {}, page, 11)


@pytest.mark.parametrize("filters", [{"source_app": "CRONUSINTERNATIONALLTD."}, {"job_no": "OP100007"}, {"task_no": "T7"}], ids=str)
async def test_appointments_with_each_filter(database: Any, filters: dict[str, Any]) -> None:
    page = Page("last_transaction_at", is_descending=True, limit=10, after=None)
    await check(database["appointments"], AppointmentQuery.model_validate(filters).wanted(), page, MANY)


def test_each_filter_of_the_list_is_tried() -> None:
    tried = {name for filters in FILTERS for name in filters}
    left = {"phase", "archived", "sort", "limit", "after", "received_to", "action", "trigger", "code", "task_no", "back_office_id"}
    assert set(DeliveryQuery.model_fields) == tried | left
    assert all(re.fullmatch("[a-z_]+", name) for name in left)


@pytest.mark.parametrize(
    "wanted", [{}, {"who": "user3"}, {"action": "change_connector"}, {"target": "c7"}, {"at": {"$lt": A_MOMENT + timedelta(seconds=150)}}], ids=str
)
async def test_the_audit_by_each_filter(database: Any, wanted: dict[str, Any]) -> None:
    if not await database["audit"].find_one({}):
        told = [(A_MOMENT + timedelta(seconds=n), f"user{n % 10}", f"c{n}") for n in range(MANY)]
        entries = [Entry("change_connector", "203.0.113.9", at=at, who=who, target=target) for at, who, target in told]
        await database["audit"].insert_many([entry.document() for entry in entries])

    await check(database["audit"], wanted, Page("at", is_descending=True, limit=10, after=None), 11)


async def test_a_session_is_found_by_one_read(database: Any) -> None:
    times = {"created_at": A_MOMENT, "seen_at": A_MOMENT, "ends_at": A_MOMENT + timedelta(days=36_500)}
    await database["sessions"].insert_many([{"_id": f"hash {n}", "name": f"user{n}", "role": "viewer"} | times for n in range(MANY)])

    explained = await database["sessions"].find({"_id": "hash 7", "ends_at": {"$gt": A_MOMENT}}).explain()

    assert explained["executionStats"]["totalDocsExamined"] == 1
