"""Each condition finds its items, and every order shows every item once."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from unittest.mock import Mock

import pytest
from pydantic import ValidationError

from common.contracts.appointment import Action
from common.contracts.delivery import Phase, Status, StatusChanged, Trigger
from portal_api.appointments.schemas import AppointmentQuery
from portal_api.appointments.sort import AppointmentSort
from portal_api.deliveries.cause import cause_of
from portal_api.deliveries.cause_schemas import CauseQuery
from portal_api.deliveries.schemas import DeliveryQuery
from portal_api.deliveries.sort import DeliverySort
from portal_api.errors import TooManyError
from portal_api.operations.selection import Selection
from portal_api.operations.submit import OperationService
from portal_api.recording.record import Recorder
from portal_api.store import deliveries as reading
from portal_api.store.causes import Causes
from portal_api.store.deliveries import DeliveryQueries
from portal_api.store.writer import Writer
from tests.support.builders import A_MOMENT, an_event
from tests.support.database import Database, a_database
from tests.support.system import System


def told(
    number: int, status: Status | None = Status.SUCCESS, connector_id: str = "c1", **said: Any
) -> StatusChanged:
    """Build the event of one delivery of an appointment of its own. `of` are fields of the
    appointment, the others are fields of the event.
    """
    facts = {
        "key": f"demo/{number}",
        "appointment_id": number,
        "subject": f"Overhaul {number}",
        "job_no": f"OP{number:03}",
    } | said.pop("of", {})
    return an_event(status=status, number=number, connector_id=connector_id, **facts).model_copy(
        update={"connector_name": f"Hook {connector_id}", **said}
    )


EVENTS = (
    told(
        1,
        of={
            "job_no": None,
            "task_no": "T1",
            "start": "2026-07-21T08:00:00",
            "end": "2026-07-21T10:00:00+02:00",
            "back_office_id": "BO-17",
        },
        http_status=200,
    ),
    told(
        2,
        Status.FAILED,
        code="DSWBHK020",
        message="[DSWBHK020] Status code: 502.",
        retryable=True,
        http_status=502,
        tries=3,
        duration_ms=61.5,
    ),
    told(
        3,
        Status.FAILED,
        "c2",
        code="DSWBHK001",
        message="Refused",
        outcome_unknown=True,
        of={"modified_by": "ANNE", "subject": "Überholung"},
    ),
    told(
        4,
        Status.SKIPPED,
        message="A newer version was sent.",
        action=Action.DELETE,
        of={"source_app": "NAV", "start": "2026-07-22", "modified_by": "BEN"},
    ),
    told(
        5,
        None,
        at=A_MOMENT + timedelta(hours=1),
        of={"job_no": "", "source_app": None, "subject": "Overhaul 5 [a]"},
    ),
    told(
        6,
        None,
        "c2",
        of={"job_no": "OP1", "appointment_no": "A-6", "modified_at": A_MOMENT + timedelta(days=1)},
    ),
    told(
        7,
        attempt=2,
        trigger=Trigger.TIMER_JOB,
        replica="dispatcher-2",
        of={"job_no": "OP1", "source_type": "JOB"},
    ),
)
DELIVERIES: tuple[tuple[dict[str, Any], str], ...] = (
    ({}, "1234567"),
    ({"status": ["Failed"]}, "23"),
    ({"status": ["Failed", "Skipped"]}, "234"),
    ({"status_empty": True}, "56"),
    ({"status_empty": False}, "12347"),
    ({"status": ["Failed"], "status_empty": True}, ""),
    ({"troubled": True}, "23"),
    ({"troubled": False}, "14567"),
    ({"troubled": True, "connector_id": ["c2"]}, "3"),
    ({"phase": ["pending"]}, "5"),
    ({"phase": ["held"]}, "6"),
    ({"phase": ["held", "pending"]}, "56"),
    ({"phase": ["held", "done"]}, "123467"),
    ({"phase": ["pending", "done"]}, "123457"),
    ({"phase": ["done"]}, "12347"),
    ({"phase": ["in progress"]}, ""),
    ({"phase": ["held"], "connector_id": ["c1"]}, ""),
    ({"connector_id": ["c2"]}, "36"),
    ({"connector_id": ["c1", "c2"], "status": ["Failed"]}, "23"),
    ({"connector_name": ["Hook c2"]}, "36"),
    ({"connector_name_begins": "Hook"}, "1234567"),
    ({"action": ["delete"]}, "4"),
    ({"action": ["delete", "update"]}, "1234567"),
    ({"trigger": ["Timer job"]}, "7"),
    ({"attempt": [2]}, "7"),
    ({"attempt_from": 2}, "7"),
    ({"attempt_to": 2}, "123456"),
    ({"code": ["DSWBHK020", "DSWBHK001"]}, "23"),
    ({"code_begins": "DSWBHK02"}, "2"),
    ({"code_empty": False}, "23"),
    ({"cause": [cause_of("DSWBHK001", "Refused", "c2"), "0" * 16]}, "3"),
    ({"message_begins": "[DSW"}, "2"),
    ({"message_empty": True}, "1567"),
    ({"retryable": True}, "2"),
    ({"outcome_unknown": True}, "3"),
    ({"outcome_unknown": False}, "124567"),
    ({"http_status": [502, 504]}, "2"),
    ({"tries_from": 1}, "2"),
    ({"duration_ms_from": 61, "duration_ms_to": 62}, "2"),
    ({"replica": ["dispatcher-2"]}, "7"),
    ({"source_app": ["NAV"]}, "4"),
    ({"source_app_empty": True}, "5"),
    ({"source_type": ["JOB"]}, "7"),
    ({"job_no": ["OP1"]}, "67"),
    ({"job_no": ["OP1", "OP002"]}, "267"),
    ({"job_no": ["op1"]}, ""),
    ({"job_no_begins": "OP0"}, "234"),
    ({"job_no_begins": "OP0", "job_no_empty": False, "job_no": ["OP002"]}, "2"),
    ({"job_no_empty": True}, "15"),
    ({"job_no_empty": False}, "23467"),
    ({"task_no": ["T1"]}, "1"),
    ({"task_no_empty": False}, "1"),
    ({"subject_begins": "Overhaul 5 [a"}, "5"),
    ({"subject": ["Überholung"]}, "3"),
    ({"subject_begins": "."}, ""),
    ({"appointment_id": [3, 4]}, "34"),
    ({"appointment_id_from": 3, "appointment_id_to": 6}, "345"),
    ({"appointment_key": ["demo/3", "demo/9"]}, "3"),
    ({"appointment_no": ["A-6"]}, "6"),
    ({"appointment_no_empty": False}, "6"),
    ({"back_office_id": ["BO-17"]}, "1"),
    ({"back_office_id": ["bo-17"]}, ""),
    ({"transaction_id": ["t3"]}, "3"),
    ({"transaction_id": ["t3", "t4", "t"]}, "34"),
    ({"modified_by": ["ANNE", "BEN"]}, "34"),
    ({"modified_by_begins": "AN"}, "3"),
    ({"modified_from": "2026-07-22T00:00:00Z"}, "6"),
    ({"received_from": "2026-07-21T14:03:12Z"}, "34567"),
    ({"received_to": "2026-07-21T14:03:12Z"}, "12"),
    ({"received_from": "2026-07-21T16:03:12+02:00", "received_to": "2026-07-21T14:03:14Z"}, "34"),
    ({"changed_from": "2026-07-21T15:00:00Z"}, "5"),
    ({"changed_to": "2026-07-21T15:00:00Z"}, "123467"),
    ({"start_from": "2026-07-22"}, "4"),
    ({"start_to": "2026-07-22"}, "1"),
    ({"end_from": "2026-07-21T10:00"}, "1"),
    ({"search": "uberholung"}, "3"),
    ({"search": "502 status"}, "2"),
    ({"search": "overhaul op1"}, "67"),
    ({"search": "overhaul", "job_no": ["OP1"], "phase": ["done"]}, "7"),
    ({"archived": True}, "89"),
    ({"phase": ["archived"]}, "89"),
    ({"phase": ["archived"], "status": ["Failed"], "search": "kept"}, "8"),
)
APPOINTMENTS: tuple[tuple[dict[str, Any], str], ...] = (
    ({}, "123456789"),
    ({"status": ["Failed"]}, "238"),
    ({"status": ["Failed", "Skipped"], "connector_id": ["c1"]}, "248"),
    ({"connector_id": ["c2"]}, "36"),
    ({"status": ["Failed"], "connector_id": ["c1", "c2"]}, "238"),
    ({"phase": ["pending"]}, "56"),
    ({"phase": ["done", "pending"]}, "123456789"),
    ({"action": ["delete"]}, "4"),
    ({"source_app_empty": True}, "5"),
    ({"source_type": ["JOB"]}, "7"),
    ({"job_no": ["OP1"]}, "67"),
    ({"job_no_begins": "OP0"}, "23489"),
    ({"job_no_empty": True}, "15"),
    ({"task_no_begins": "T"}, "1"),
    ({"subject_begins": "Über"}, "3"),
    ({"appointment_id_from": 8}, "89"),
    ({"appointment_key": ["demo/3"]}, "3"),
    ({"appointment_no": ["A-6"]}, "6"),
    ({"back_office_id_begins": "BO"}, "1"),
    ({"back_office_parent_id_empty": False}, ""),
    ({"modified_by": ["ANNE"]}, "3"),
    ({"created_by_empty": True}, "123456789"),
    ({"last_transaction_from": "2026-07-21T14:03:17Z"}, "89"),
    ({"modified_from": "2026-07-22T00:00:00Z"}, "6"),
    ({"start_from": "2026-07-21T08:00", "start_to": "2026-07-22"}, "1"),
    ({"search": "überholung"}, "3"),
    ({"search": "bo-17 overhaul"}, "1"),
)


@pytest.fixture(scope="module")
async def database(mongodb_url: str) -> AsyncIterator[Database]:
    """Nine deliveries. The last two are archived, and the lane of c2 is held."""
    async with a_database(mongodb_url) as made:
        kept = (told(8, Status.FAILED, message="kept"), told(9, message="kept"))
        await Recorder(Writer(made)).statuses([*EVENTS, *kept])
        await made["deliveries"].update_many(
            {"_id": {"$in": [event.delivery_id for event in kept]}}, {"$set": {"archived": True}}
        )
        await made["lanes"].insert_one(
            {"_id": "c2|r", "connector_id": "c2", "held_until": A_MOMENT + timedelta(days=36_500)}
        )
        yield made


@pytest.mark.parametrize(("conditions", "found"), DELIVERIES, ids=str)
async def test_a_condition_finds_these_deliveries(
    database: Database, conditions: dict[str, Any], found: str
) -> None:
    query = DeliveryQuery.model_validate(conditions)

    items, _ = await DeliveryQueries(database).deliveries(query.wanted(), query.phase, query.page())

    assert "".join(sorted(item["transaction_id"][1:] for item in items)) == found


@pytest.mark.parametrize(("conditions", "found"), APPOINTMENTS, ids=str)
async def test_a_condition_finds_these_appointments(
    database: Database, conditions: dict[str, Any], found: str
) -> None:
    query = AppointmentQuery.model_validate(conditions)

    items, _ = await DeliveryQueries(database).appointments(query.wanted(), query.page())

    assert "".join(sorted(item["_id"].removeprefix("demo/") for item in items)) == found


@pytest.mark.parametrize(
    ("conditions", "codes"),
    [
        ({}, ["DSWBHK001", "DSWBHK020"]),
        ({"job_no_begins": "OP002"}, ["DSWBHK020"]),
        ({"outcome_unknown": True, "search": "refused"}, ["DSWBHK001"]),
        ({"phase": ["pending"]}, []),
        ({"phase": ["archived"]}, [None]),
        ({"connector_id": ["c1", "c2"], "received_from": "2026-07-21T14:03:12Z"}, ["DSWBHK001"]),
    ],
    ids=str,
)
async def test_causes_take_the_same_conditions(
    database: Database, conditions: dict[str, Any], codes: list[str | None]
) -> None:
    query = CauseQuery.model_validate(conditions)

    groups = await Causes(database).groups(
        await DeliveryQueries(database).conditions(query.wanted(), query.phase)
    )

    assert sorted(group["code"] or "" for group in groups) == sorted(code or "" for code in codes)


async def test_in_an_address_a_value_is_one_of_several_and_a_wrong_one_is_named(
    system: System,
) -> None:
    status, _ = await system.api(
        "GET",
        "/deliveries?status=Failed&status=Skipped&appointment_id=1&appointment_id=2&phase=done",
    )
    wrong, problem = await system.api("GET", "/deliveries?status=Failed&status=Odd")
    crossed, crossing = await system.api("GET", "/causes?attempt_from=3&attempt_to=2")

    assert (status, wrong, crossed) == (200, 422, 422)
    assert (problem["errors"][0]["field"], crossing["errors"][0]["field"]) == (
        "status",
        "attempt_to",
    )


@pytest.mark.parametrize("model", [DeliveryQuery, AppointmentQuery])
def test_every_condition_is_tried(model: type[DeliveryQuery | AppointmentQuery]) -> None:
    tried = {name for conditions, _ in DELIVERIES + APPOINTMENTS for name in conditions}
    alike = {
        "connector_name_empty",
        "source_type_empty",
        "appointment_no_empty",
        "modified_by_empty",
        "created_by_begins",
        "back_office_id_empty",
    }
    alike |= {
        "subject_empty",
        "task_no_empty",
        "source_app_begins",
        "appointment_guid",
        "appointment_guid_empty",
        "back_office_parent_id",
        "created_by",
    }
    alike |= {
        "tries_to",
        "modified_to",
        "end_to",
        "last_transaction_to",
        "created_from",
        "created_to",
    }

    assert set(model.model_fields) <= tried | alike | {"limit", "after", "sort"}


@pytest.fixture(scope="module")
async def crowded(mongodb_url: str) -> AsyncIterator[Database]:
    """Many deliveries with few distinct values, missing values and equal times."""
    async with a_database(mongodb_url) as made:
        statuses = itertools.cycle([Status.FAILED, Status.SUCCESS, None])
        jobs = itertools.cycle([None, "OP1", "", "OP2"])
        events = [
            told(
                n,
                next(statuses),
                received_at=A_MOMENT + timedelta(seconds=n // 4),
                of={"job_no": next(jobs), "subject": None if n % 5 else "Overhaul"},
            )
            for n in range(41)
        ]
        await Recorder(Writer(made)).statuses(events)
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
async def test_each_order_of_deliveries_shows_each_once_and_a_minus_turns_it_round(
    crowded: Database, sort: DeliverySort
) -> None:
    reader = DeliveryQueries(crowded)

    async def read(query: DeliveryQuery) -> Any:
        return await reader.deliveries(query.wanted(), query.phase, query.page())

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
async def test_each_order_of_appointments_shows_each_once_and_a_minus_turns_it_round(
    crowded: Database, sort: AppointmentSort
) -> None:
    reader = DeliveryQueries(crowded)

    async def read(query: AppointmentQuery) -> Any:
        return await reader.appointments(query.wanted(), query.page())

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
        return await reader.deliveries(query.wanted(), query.phase, query.page())

    query = DeliveryQuery(
        status=(Status.FAILED, Status.SUCCESS),
        phase=(Phase.DONE,),
        job_no_empty=True,
        sort=DeliverySort.STATUS_DOWN,
    )
    found = [(item["status"], item["appointment"]["job_no"]) for item in await pages(read, query)]

    assert [status for status, _ in found] == sorted((status for status, _ in found), reverse=True)
    assert len(found) == 14
    assert {job for _, job in found} == {None, ""}


async def test_a_condition_without_an_index_needs_a_list_that_is_narrow_enough(
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
            await reader.refuse_full_scan("deliveries", query.indexed(), query.unindexed())

    narrow = DeliveryQuery.model_validate(
        {"modified_by": ["ANNE"], "sort": "-duration_ms", "status": ["Failed"]}
    )
    await reader.refuse_full_scan("deliveries", narrow.indexed(), narrow.unindexed())


async def test_an_operation_refuses_a_filter_that_its_list_refuses(
    crowded: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "FULL_SCAN_LIMIT", 20)
    order = OperationService(Mock(), Mock(), DeliveryQueries(crowded))

    with pytest.raises(TooManyError, match=r"filter\.modified_by: can be used where"):
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


@pytest.mark.parametrize(
    ("conditions", "field"),
    [
        ({"status": ["Odd"]}, "status"),
        ({"job_no": [""]}, "job_no"),
        ({"job_no": ["x"] * 51}, "job_no"),
        (
            {"received_from": "2026-07-21T06:00:00Z", "received_to": "2026-07-21T06:00:00Z"},
            "received_to",
        ),
        ({"attempt_from": 3, "attempt_to": 2}, "attempt_to"),
        ({"start_from": "21-07-2026"}, "start_from"),
        ({"received_from": "2026-07-21"}, "received_from"),
        ({"search": "?!"}, "search"),
        ({"search": "\u0301"}, "search"),
        ({"appointment_id": [2**63]}, "appointment_id"),
        ({"phase": ["archived", "done"]}, "phase"),
        ({"colour": ["red"]}, "colour"),
        ({"sort": "colour"}, "sort"),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused_with_the_field(
    conditions: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        DeliveryQuery.model_validate(conditions)

    assert refused.value.errors()[0]["loc"][0] == field
