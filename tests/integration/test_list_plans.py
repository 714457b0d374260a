"""Every list is read from an index, on its first and last page, in each order, with each filter and
free text (docs/adr/0014).
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from common.contracts.delivery import Phase, Status
from portal_api.appointments.columns import COLUMNS as OF_APPOINTMENTS
from portal_api.appointments.columns import AppointmentSort
from portal_api.appointments.schemas import AppointmentQuery
from portal_api.deliveries.columns import COLUMNS as OF_DELIVERIES
from portal_api.deliveries.columns import DeliverySort
from portal_api.deliveries.schemas import DeliveryQuery
from portal_api.lists.column import AccessPath
from portal_api.recording.record import Recorder
from portal_api.schemas.paging import Page
from portal_api.store.pages import read_page
from portal_api.store.writer import Writer
from tests.support.builders import A_MOMENT, an_event
from tests.support.database import Database, a_database
from tests.support.query_plans import check_plan, last_page_key, stages

MANY = 600
LIMIT = 10
RANGES = 4
"""Scans of a key of three parts."""
FEW = 40
"""Items that match each of the conditions that are sorted after the search."""
STRAIGHT: tuple[dict[str, Any], ...] = (
    {"status": ["Failed"]},
    {"status": ["Failed", "Skipped"]},
    {"status_empty": True},
    {"troubled": True},
    {"phase": ["pending"]},
    {"phase": ["pending", "held"]},
    {"phase": ["done"]},
    {"connector_id": ["c1"]},
    {"connector_id": ["c1", "c2"], "status": ["Failed", "Skipped"]},
    {"connector_id": ["c2"], "phase": ["held"]},
    {"connector_name": ["Hook c2"]},
    {"action": ["delete"]},
    {"trigger": ["Website", "Timer job"]},
    {"attempt": [2]},
    {"code": ["DSWBHK020"]},
    {"cause": ["0" * 16]},
    {"applied": ["refused"]},
    {"applied": ["refused", "waiting"]},
    {"source_app": ["NAV", "CRM"]},
    {"job_no": ["OP100007", "OP100011"]},
    {"job_no_empty": True},
    {"task_no": ["T7"]},
    {"subject": ["Overhaul 7"]},
    {"appointment_id": [7, 11]},
    {"appointment_no": ["A-7"]},
    {"back_office_id": ["B-7", "B-11"]},
    {"appointment_key": ["demo/7"]},
    {"search": "overhaul"},
    {"search": "overhaul op100007"},
    {"received_from": "2026-07-21T14:05:00Z", "received_to": "2026-07-21T14:06:00Z"},
    {"archived": True},
)
"""Filters that need no sorting in the default order."""
FOUND_FIRST: tuple[dict[str, Any], ...] = (
    {"transaction_id": ["t7"]},
    {"job_no_begins": "OP10001"},
    {"subject_begins": "Overhaul 31"},
    {"code_begins": "DSWBHK02"},
    {"appointment_id_from": 100, "appointment_id_to": 120},
    {"attempt_from": 2},
    {"changed_from": "2026-07-22T00:00:00Z"},
    {"source_app_begins": "N"},
)
"""Filters whose results are sorted after the search of an index."""
APPOINTMENTS_FOUND: tuple[dict[str, Any], ...] = (
    {"status": ["Failed"]},
    {"status": ["Failed", "Skipped"], "connector_id": ["c1"]},
    {"phase": ["pending"]},
    {"action": ["delete"]},
    {"source_app": ["NAV"]},
    {"job_no": ["OP100007", "OP100011"]},
    {"job_no_empty": True},
    {"task_no": ["T7"]},
    {"subject_begins": "Overhaul 31"},
    {"appointment_id": [7]},
    {"appointment_guid": ["g7"]},
    {"appointment_no": ["A-7"]},
    {"back_office_id": ["B-7"]},
    {"modified_by": ["ANNE"]},
    {"created_by_begins": "BE"},
    {"start_from": "2026-08-01"},
    {"created_from": "2026-08-01"},
    {"modified_from": "2026-07-22T00:00:00Z"},
    {"search": "op100007 overhaul"},
)


@pytest.fixture(scope="module")
async def database(mongodb_url: str) -> AsyncIterator[Database]:
    """Many deliveries of as many appointments. A few of them are rare in each field."""
    async with a_database(mongodb_url) as made:
        await Recorder(Writer(made)).record_statuses([_event(n) for n in range(MANY)])
        await made["deliveries"].update_many(
            {"_id": {"$in": [f"t{n}.c1" for n in range(0, MANY, 50)]}}, {"$set": {"archived": True}}
        )
        yield made


def _event(n: int) -> Any:
    """Build an event. One in thirty differs from the others in every field with a condition."""
    is_rare = n % 30 == 7
    facts = {
        "key": f"demo/{n}",
        "appointment_id": n,
        "job_no": f"OP{100_000 + n}",
        "subject": f"Overhaul {n}",
        "task_no": f"T{n}",
    }
    facts |= {
        "back_office_id": f"B-{n}",
        "appointment_no": f"A-{n}",
        "appointment_guid": f"g{n}",
        "start": "2026-07-21",
        "created_at": "2026-07-21",
    }
    if is_rare:
        days = timedelta(days=2)
        facts |= {
            "modified_by": "ANNE",
            "created_by": "BEN",
            "start": "2026-08-02",
            "created_at": "2026-08-02",
            "modified_at": A_MOMENT + days,
        }
        facts |= {"source_app": "NAV"} | ({"job_no": None} if n % 60 == 7 else {})
    status = (
        next(itertools.islice(itertools.cycle([Status.FAILED, Status.SKIPPED, None]), n, None))
        if is_rare
        else Status.SUCCESS
    )
    event = an_event(1, status, n, "c2" if n % 3 == 1 else "c1", **facts)
    said: dict[str, Any] = {"connector_name": f"Hook {event.connector_id}"}
    if is_rare:
        said |= {
            "action": "delete",
            "attempt": 2,
            "trigger": "Website",
            "code": "DSWBHK020",
            "at": A_MOMENT + timedelta(days=2),
        }
    return event.model_validate(event.model_dump() | said)


@pytest.mark.parametrize(
    "sort",
    [
        sort
        for sort in DeliverySort
        if OF_DELIVERIES[sort.removeprefix("-")].access_path is AccessPath.INDEX
    ],
)
async def test_deliveries_in_each_order_first_page_and_last(
    database: Any, sort: DeliverySort
) -> None:
    query = DeliveryQuery(sort=sort, limit=LIMIT)
    wanted, page = query.mongodb_query(held=()), query.page()
    await check_plan(database["deliveries"], wanted, page, LIMIT + 1)
    key = await last_page_key(database["deliveries"], wanted, page)
    await check_plan(
        database["deliveries"],
        wanted,
        Page(page.field, page.is_descending, LIMIT, key, page.ties),
        LIMIT + 1,
    )


@pytest.mark.parametrize("filters", STRAIGHT, ids=str)
async def test_deliveries_with_each_filter_need_no_sorting(
    database: Any, filters: dict[str, Any]
) -> None:
    query = DeliveryQuery.model_validate(filters | {"limit": LIMIT})
    wanted = query.mongodb_query({"c2"})
    await check_plan(database["deliveries"], wanted, query.page(), FEW)


@pytest.mark.parametrize("filters", STRAIGHT, ids=str)
async def test_their_last_pages_need_no_sorting_either(
    database: Any, filters: dict[str, Any]
) -> None:
    query = DeliveryQuery.model_validate(filters | {"limit": LIMIT})
    wanted, page = query.mongodb_query({"c2"}), query.page()
    items, _ = await read_page(
        database["deliveries"], wanted, Page(page.field, page.is_descending, 200, None, page.ties)
    )
    _, key = await read_page(
        database["deliveries"],
        wanted,
        Page(page.field, page.is_descending, max(1, len(items) - 1), None, page.ties),
    )
    await check_plan(
        database["deliveries"],
        wanted,
        Page(page.field, page.is_descending, LIMIT, key, page.ties),
        FEW,
    )


@pytest.mark.parametrize("filters", FOUND_FIRST, ids=str)
async def test_deliveries_that_an_index_finds_are_sorted_afterwards(
    database: Any, filters: dict[str, Any]
) -> None:
    query = DeliveryQuery.model_validate(filters | {"limit": LIMIT})
    await check_plan(
        database["deliveries"], query.mongodb_query(held=()), query.page(), FEW, ordered=False
    )


@pytest.mark.parametrize(
    "filters",
    [
        {"job_no_begins": "OP10001", "sort": "job_no"},
        {"subject_begins": "Overhaul 31", "sort": "-subject"},
        {"attempt_from": 2, "sort": "-attempt"},
    ],
    ids=str,
)
async def test_in_the_order_of_the_same_column_they_need_no_sorting(
    database: Any, filters: dict[str, Any]
) -> None:
    query = DeliveryQuery.model_validate(filters | {"limit": LIMIT})
    await check_plan(database["deliveries"], query.mongodb_query(held=()), query.page(), FEW)


@pytest.mark.parametrize(
    "sort",
    [
        sort
        for sort in AppointmentSort
        if OF_APPOINTMENTS[sort.removeprefix("-")].access_path is AccessPath.INDEX
    ],
)
async def test_appointments_in_each_order_first_page_and_last(
    database: Any, sort: AppointmentSort
) -> None:
    page = AppointmentQuery(sort=sort, limit=LIMIT).page()
    await check_plan(database["appointments"], {}, page, LIMIT + 1)
    key = await last_page_key(database["appointments"], {}, page)
    await check_plan(
        database["appointments"], {}, Page(page.field, page.is_descending, LIMIT, key), LIMIT + 1
    )


@pytest.mark.parametrize("filters", APPOINTMENTS_FOUND, ids=str)
async def test_appointments_with_each_filter(database: Any, filters: dict[str, Any]) -> None:
    query = AppointmentQuery.model_validate(filters | {"limit": LIMIT})
    await check_plan(
        database["appointments"], query.mongodb_query(), query.page(), FEW, ordered=False
    )


async def test_causes_are_grouped_from_their_own_index(database: Any) -> None:
    steps = [
        {"$match": {"cause": {"$gt": ""}, "archived": False}},
        {"$sort": {"cause": 1, "received_at": -1, "_id": -1}},
        {"$group": {"_id": "$cause"}},
    ]
    explained = await database.command("aggregate", "deliveries", pipeline=steps, explain=True)
    assert set(stages(explained)) & {"COLLSCAN", "SORT"} == set()
    assert "IXSCAN" in set(stages(explained))


def test_each_condition_with_an_index_is_tried() -> None:
    def indexed(model: Any) -> set[str]:
        names = {
            name
            for name in model.model_fields
            if model._column(name)[0] is not None and name not in model.special
        }
        return {
            name
            for name in names
            if model._column(name)[0].access_path is AccessPath.INDEX
            and model._column(name)[1] in {"is", "begins", "from"}
        }

    begin_alike = {
        f"{name}_begins"
        for name in (
            "connector_name",
            "source_app",
            "task_no",
            "back_office_id",
            "created_by",
            "modified_by",
            "job_no",
        )
    }
    alike = begin_alike | {
        "created_by",
        "back_office_id",
        "subject",
        "appointment_key",
        "appointment_id_from",
        "last_transaction_from",
    }
    tried = {name for filters in STRAIGHT + FOUND_FIRST for name in filters}

    assert indexed(DeliveryQuery) <= tried | alike
    assert (
        indexed(AppointmentQuery)
        <= {name for filters in APPOINTMENTS_FOUND for name in filters} | alike
    )
    assert Phase.HELD in DeliveryQuery(phase=(Phase.HELD,)).phase
