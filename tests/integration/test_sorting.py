"""Every order shows every item once, and long lists refuse a condition without an index."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from unittest.mock import Mock

import pytest

from common.contracts.delivery import Phase, Status
from portal_api.appointments.columns import AppointmentSort
from portal_api.appointments.schemas import AppointmentQuery
from portal_api.deliveries.columns import DeliverySort
from portal_api.deliveries.schemas import DeliveryQuery
from portal_api.errors import TooManyError
from portal_api.operations.selection import Selection
from portal_api.operations.submit import OperationService
from portal_api.recording.record import Recorder
from portal_api.store import deliveries as reading
from portal_api.store.deliveries import DeliveryQueries
from portal_api.store.writer import Writer
from tests.support.builders import A_MOMENT, an_event_about
from tests.support.database import Database, a_database


@pytest.fixture(scope="module")
async def crowded(mongodb_url: str) -> AsyncIterator[Database]:
    """Many deliveries with few distinct values, missing values and equal times."""
    async with a_database(mongodb_url) as made:
        statuses = itertools.cycle([Status.FAILED, Status.SUCCESS, None])
        jobs = itertools.cycle([None, "OP1", "", "OP2"])
        events = [
            an_event_about(
                n,
                next(statuses),
                received_at=A_MOMENT + timedelta(seconds=n // 4),
                appointment={"job_no": next(jobs), "subject": None if n % 5 else "Overhaul"},
            )
            for n in range(41)
        ]
        await Recorder(Writer(made)).record_statuses(events)
        yield made


async def pages(read: Any, query: Any) -> list[dict[str, Any]]:
    """Return all items, seven per page."""
    found, after = [], None
    while True:
        items, after = await read(query.model_copy(update={"after": after, "limit": 7}))
        found += items
        if after is None:
            return found


@pytest.mark.parametrize("sort", DeliverySort)
async def test_each_order_of_deliveries_shows_each_once_and_a_minus_reverses_it(
    crowded: Database, sort: DeliverySort
) -> None:
    reader = DeliveryQueries(crowded)

    async def read(query: DeliveryQuery) -> Any:
        return await reader.deliveries(query, query.page())

    ids = [item["_id"] for item in await pages(read, DeliveryQuery(sort=sort))]
    turned = [
        item["_id"]
        for item in await pages(
            read,
            DeliveryQuery(
                sort=DeliverySort(sort.removeprefix("-") if sort.startswith("-") else f"-{sort}")
            ),
        )
    ]

    assert len(set(ids)) == len(ids) == 41
    assert ids == turned[::-1]


@pytest.mark.parametrize("sort", AppointmentSort)
async def test_each_order_of_appointments_shows_each_once_and_a_minus_reverses_it(
    crowded: Database, sort: AppointmentSort
) -> None:
    reader = DeliveryQueries(crowded)

    async def read(query: AppointmentQuery) -> Any:
        return await reader.appointments(query.mongodb_query(), query.page())

    ids = [item["_id"] for item in await pages(read, AppointmentQuery(sort=sort))]
    turned = [
        item["_id"]
        for item in await pages(
            read,
            AppointmentQuery(
                sort=AppointmentSort(sort.removeprefix("-") if sort.startswith("-") else f"-{sort}")
            ),
        )
    ]

    assert len(set(ids)) == len(ids) == 41
    assert ids == turned[::-1]


async def test_an_order_and_a_filter_go_through_the_same_pages(crowded: Database) -> None:
    reader = DeliveryQueries(crowded)

    async def read(query: DeliveryQuery) -> Any:
        return await reader.deliveries(query, query.page())

    query = DeliveryQuery(
        status=(Status.FAILED, Status.SUCCESS),
        phase=(Phase.DONE,),
        job_no_empty=True,
        sort=DeliverySort("-status"),
    )
    found = [(item["status"], item["appointment"]["job_no"]) for item in await pages(read, query)]

    assert [status for status, _ in found] == sorted((status for status, _ in found), reverse=True)
    assert len(found) == 14
    assert {job for _, job in found} == {None, ""}


async def test_a_condition_without_an_index_is_refused_for_a_long_list(
    crowded: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "FULL_SCAN_LIMIT", 20)
    reader = DeliveryQueries(crowded)

    for broad, field in (
        ({"modified_by": ["ANNE"]}, "modified_by"),
        ({"sort": "duration_ms"}, "sort"),
        ({"replica": ["r"], "status_empty": False}, "replica"),
    ):
        query = DeliveryQuery.model_validate(broad)
        with pytest.raises(
            TooManyError, match=f"{field}: needs other conditions that leave at most 20"
        ):
            await reader.refuse_full_scan(
                "deliveries", query.indexed_query(), query.unindexed_names()
            )

    narrow = DeliveryQuery.model_validate(
        {"modified_by": ["ANNE"], "sort": "-duration_ms", "status": ["Failed"]}
    )
    await reader.refuse_full_scan("deliveries", narrow.indexed_query(), narrow.unindexed_names())


async def test_an_operation_refuses_a_filter_that_its_list_refuses(
    crowded: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "FULL_SCAN_LIMIT", 20)
    order = OperationService(Mock(), Mock(), DeliveryQueries(crowded))

    with pytest.raises(TooManyError, match=r"filter\.modified_by: needs other conditions"):
        await order.conditions(
            Selection.model_validate({"kind": "retry", "filter": {"modified_by": ["ANNE"]}}),
            A_MOMENT,
        )

    assert await order.conditions(
        Selection.model_validate(
            {"kind": "retry", "filter": {"modified_by": ["ANNE"], "status": ["Failed"]}}
        ),
        A_MOMENT,
    )
