"""Log lines are read from an index with every combination of filters, and expire after a
configurable time.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from common.contracts.telemetry import Heartbeat
from portal_api.logs.line import read_lines
from portal_api.logs.schemas import LogQuery
from portal_api.recording.record_telemetry import TelemetryRecorder
from portal_api.schemas.paging import Page
from portal_api.store.heartbeats import Heartbeats
from portal_api.store.logs import Logs
from portal_api.store.retention import RetentionRule, apply_retention
from tests.support.builders import A_MOMENT
from tests.support.database import Database, a_database
from tests.support.query_plans import check_plan

MANY = 400
LEVELS = ("debug", "info", "warning", "error")
FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {"level": "error"},
    {"service": "dispatcher"},
    {"service": "dispatcher", "level": "warning"},
    {"replica": "d1"},
    {"replica": "d1", "level": "warning", "service": "dispatcher"},
    {"delivery_id": "t7.c1"},
    {"search": "demo/7"},
    {"search": "attempt", "level": "error"},
    {"at_from": "2026-07-21T14:04:00Z", "at_to": "2026-07-21T14:05:00Z"},
    {"at_from": "2026-07-21T14:04:00Z", "service": "ingest", "level": "info"},
)


def a_message(numbers: range) -> bytes:
    lines = [
        {
            "timestamp": (A_MOMENT + timedelta(seconds=n)).isoformat(),
            "level": LEVELS[n % 4],
            "service": "dispatcher" if n % 3 else "ingest",
            "replica": f"{'d' if n % 3 else 'i'}{n % 2}",
            "event": "attempt",
            "appointment": f"demo/{n}",
            "delivery_id": f"t{n}.c1",
        }
        for n in numbers
    ]
    return json.dumps(lines).encode()


@pytest.fixture(scope="module")
async def database(mongodb_url: str) -> AsyncIterator[Database]:
    """Many log lines."""
    async with a_database(mongodb_url) as opened:
        recorder = TelemetryRecorder(Logs(opened), Heartbeats(opened))
        await recorder.record_lines("boot.1", read_lines(a_message(range(MANY))))
        yield opened


@pytest.mark.parametrize("filters", FILTERS, ids=lambda filters: "-".join(filters) or "all")
async def test_every_combination_of_filters_is_read_from_an_index_in_order(
    database: Any, filters: dict[str, Any]
) -> None:
    query = LogQuery.model_validate(filters)
    first = Page("_id", is_descending=True, limit=10, after=None)

    await check_plan(database["logs"], query.mongodb_query(), first, MANY)
    items, following = await Logs(database).page(
        query.mongodb_query(), Page("_id", is_descending=True, limit=3, after=None)
    )

    assert items
    if following:
        await check_plan(
            database["logs"],
            query.mongodb_query(),
            Page("_id", is_descending=True, limit=10, after=following),
            MANY,
        )


async def test_a_message_that_arrives_twice_is_stored_once(database: Any) -> None:
    recorder = TelemetryRecorder(Logs(database), Heartbeats(database))

    await recorder.record_lines("boot.1", read_lines(a_message(range(MANY))))

    assert await database["logs"].count_documents({}) == MANY


async def test_lines_expire_after_a_time_that_can_be_changed(database: Any) -> None:
    for days in (14, 3, 3, 30):
        await apply_retention(database, [RetentionRule("logs", "kept", timedelta(days=days))])

        index = (await database["logs"].index_information())["kept"]
        assert (index["key"], index["expireAfterSeconds"]) == ([("at", 1)], days * 86_400)


async def test_two_replicas_that_change_the_expiry_at_once_agree(
    database: Any,
) -> None:
    for seconds in (100, 200, 300):
        await asyncio.gather(
            *(
                apply_retention(
                    database, [RetentionRule("heartbeats", "kept", timedelta(seconds=seconds))]
                )
                for _ in range(3)
            )
        )

        assert (await database["heartbeats"].index_information())["kept"][
            "expireAfterSeconds"
        ] == seconds


async def test_minutes_and_sums_expire_after_different_times(database: Any) -> None:
    minutes = RetentionRule("figures", "minutes_kept", timedelta(days=14), {"step": "minute"})
    sums = RetentionRule(
        "figures", "sums_kept", timedelta(days=3_650), {"step": {"$in": ["hour", "day"]}}
    )

    await apply_retention(database, [minutes, sums])

    indexes = await database["figures"].index_information()
    assert {
        name: indexes[name]["expireAfterSeconds"] // 86_400
        for name in ("minutes_kept", "sums_kept")
    } == {"minutes_kept": 14, "sums_kept": 3_650}


async def test_only_a_later_heartbeat_replaces_an_earlier_one(database: Any) -> None:
    store = Heartbeats(database)
    beats = [
        Heartbeat(
            service="retry",
            replica="r1",
            release="1",
            started_at=A_MOMENT,
            at=A_MOMENT + timedelta(seconds=n),
            ready=bool(n % 2),
        )
        for n in (1, 3, 2, 3)
    ]

    for beat in beats:
        await store.save(beat, A_MOMENT)

    found = {beat.replica: beat for beat, _ in await store.all()}
    assert found["r1"] == beats[1]
