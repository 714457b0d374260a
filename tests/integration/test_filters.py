"""Each condition finds its deliveries, appointments and causes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from common.contracts.applied import Applied, AppliedState
from common.contracts.appointment import Action
from common.contracts.delivery import Status, Trigger
from portal_api.appointments.schemas import AppointmentQuery
from portal_api.deliveries.cause import cause_of
from portal_api.deliveries.cause_schemas import CauseQuery
from portal_api.deliveries.schemas import DeliveryQuery
from portal_api.recording.record import Recorder
from portal_api.store.causes import Causes
from portal_api.store.deliveries import DeliveryQueries
from portal_api.store.writer import Writer
from tests.support.builders import A_MOMENT, an_event_about
from tests.support.database import Database, a_database

EVENTS = (
    an_event_about(
        1,
        appointment={
            "job_no": None,
            "task_no": "T1",
            "start": "2026-07-21T08:00:00",
            "end": "2026-07-21T10:00:00+02:00",
            "back_office_id": "BO-17",
        },
        http_status=200,
        applied=Applied(state=AppliedState.REFUSED, message="Job closed"),
    ),
    an_event_about(
        2,
        Status.FAILED,
        code="DSWBHK020",
        message="[DSWBHK020] Status code: 502.",
        retryable=True,
        http_status=502,
        tries=3,
        duration_ms=61.5,
    ),
    an_event_about(
        3,
        Status.FAILED,
        "c2",
        code="DSWBHK001",
        message="Refused",
        outcome_unknown=True,
        appointment={"modified_by": "ANNE", "subject": "Überholung"},
    ),
    an_event_about(
        4,
        Status.SKIPPED,
        message="A newer version was sent.",
        action=Action.DELETE,
        appointment={"source_app": "NAV", "start": "2026-07-22", "modified_by": "BEN"},
    ),
    an_event_about(
        5,
        None,
        at=A_MOMENT + timedelta(hours=1),
        appointment={"job_no": "", "source_app": None, "subject": "Overhaul 5 [a]"},
    ),
    an_event_about(
        6,
        None,
        "c2",
        appointment={
            "job_no": "OP1",
            "appointment_no": "A-6",
            "modified_at": A_MOMENT + timedelta(days=1),
        },
    ),
    an_event_about(
        7,
        attempt=2,
        trigger=Trigger.TIMER_JOB,
        replica="dispatcher-2",
        appointment={"job_no": "OP1", "source_type": "JOB"},
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
    ({"applied": ["refused"]}, "1"),
    ({"applied": ["refused", "reverted"]}, "1"),
    ({"applied": ["waiting"]}, ""),
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
        kept = (an_event_about(8, Status.FAILED, message="kept"), an_event_about(9, message="kept"))
        await Recorder(Writer(made)).record_statuses([*EVENTS, *kept])
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

    items, _ = await DeliveryQueries(database).deliveries(query, query.page())

    assert "".join(sorted(item["transaction_id"][1:] for item in items)) == found


@pytest.mark.parametrize(("conditions", "found"), APPOINTMENTS, ids=str)
async def test_a_condition_finds_these_appointments(
    database: Database, conditions: dict[str, Any], found: str
) -> None:
    query = AppointmentQuery.model_validate(conditions)

    items, _ = await DeliveryQueries(database).appointments(query.mongodb_query(), query.page())

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
        query.mongodb_query(await DeliveryQueries(database).held_connectors())
    )

    assert sorted(group["code"] or "" for group in groups) == sorted(code or "" for code in codes)


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
