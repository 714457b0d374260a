"""How lines are kept: read by index in every combination of filters, forgotten after a while
that may be changed.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from common.contracts.telemetry import Heartbeat
from common.database import open_database
from portal_api.logs.line import read_lines
from portal_api.recording.record_telemetry import Hear
from portal_api.routes.logs import LogQuery
from portal_api.schemas.paging import Page
from portal_api.store.heartbeats import Heartbeats
from portal_api.store.indexes import make_indexes
from portal_api.store.logs import Logs
from portal_api.store.retention import Kept, keep_for
from tests.integration.test_list_plans import check
from tests.support.builders import A_MOMENT

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
async def database(mongodb_url: str) -> AsyncIterator[AsyncIOMotorDatabase[dict[str, Any]]]:
    """So many lines."""
    opened = open_database(mongodb_url, f"test-{uuid.uuid4().hex[:8]}")
    await make_indexes(opened)
    hear = Hear(Logs(opened), Heartbeats(opened))
    await hear.lines("boot.1", *read_lines(a_message(range(MANY))))
    yield opened
    await opened.client.drop_database(opened.name)


@pytest.mark.parametrize("filters", FILTERS, ids=lambda filters: "-".join(filters) or "all")
async def test_every_combination_of_filters_is_read_from_an_index_in_order(
    database: Any, filters: dict[str, Any]
) -> None:
    query = LogQuery.model_validate(filters)
    first = Page("_id", is_descending=True, limit=10, after=None)

    await check(database["logs"], query.wanted(), first, MANY)
    items, following = await Logs(database).page(
        query.wanted(), Page("_id", is_descending=True, limit=3, after=None)
    )

    assert items
    if following:
        await check(
            database["logs"],
            query.wanted(),
            Page("_id", is_descending=True, limit=10, after=following),
            MANY,
        )


async def test_a_message_that_comes_twice_is_kept_once(database: Any) -> None:
    hear = Hear(Logs(database), Heartbeats(database))

    await hear.lines("boot.1", *read_lines(a_message(range(MANY))))

    assert await database["logs"].count_documents({}) == MANY


async def test_lines_are_forgotten_after_a_while_that_may_be_changed(database: Any) -> None:
    for days in (14, 3, 3, 30):
        await keep_for(database, [Kept("logs", "kept", timedelta(days=days))])

        index = (await database["logs"].index_information())["kept"]
        assert (index["key"], index["expireAfterSeconds"]) == ([("at", 1)], days * 86_400)


async def test_two_replicas_that_change_it_at_the_same_moment_come_to_the_same(
    database: Any,
) -> None:
    for seconds in (100, 200, 300):
        await asyncio.gather(
            *(
                keep_for(database, [Kept("heartbeats", "kept", timedelta(seconds=seconds))])
                for _ in range(3)
            )
        )

        assert (await database["heartbeats"].index_information())["kept"][
            "expireAfterSeconds"
        ] == seconds


async def test_minutes_and_sums_are_kept_for_different_times(database: Any) -> None:
    minutes = Kept("figures", "minutes_kept", timedelta(days=14), {"step": "minute"})
    sums = Kept("figures", "sums_kept", timedelta(days=3_650), {"step": {"$in": ["hour", "day"]}})

    await keep_for(database, [minutes, sums])

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
        await store.keep(beat, A_MOMENT)

    found = {beat.replica: beat for beat, _ in await store.all()}
    assert found["r1"] == beats[1]
