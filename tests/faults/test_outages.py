"""Processes are killed and servers restart under load. Every change ends in a status, no stale
version is sent, and few calls repeat.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import uuid
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from local_stack.servers.mongodb import MongoDb
from local_stack.servers.rabbitmq import RabbitMq
from tests.support.builders import a_snapshot
from tests.support.system import SECRET, System

IN_FLIGHT = 8
MORNING = datetime(2026, 7, 21, 6, tzinfo=UTC)
SETTLED_S = 300


@pytest.fixture
async def app(system: System) -> AsyncIterator[str]:
    """A source app of this test. The next test finds every service ready."""
    yield f"app-{uuid.uuid4().hex[:8]}"
    await asyncio.gather(*(system.until_ready(name) for name in system.services))


def a_stream(app: str, appointments: int, versions: int) -> list[list[dict[str, Any]]]:
    """Return the versions of each appointment in the order of the planner."""
    return [
        [
            a_snapshot(
                number,
                (MORNING + timedelta(minutes=version)).isoformat(),
                app,
                Subject=f"{number}/{version}",
            )
            for version in range(versions)
        ]
        for number in range(1, appointments + 1)
    ]


async def post_all(system: System, stream: Sequence[Sequence[dict[str, Any]]]) -> list[str]:
    """Post the versions of every appointment in order, all appointments concurrently. Repeat each
    post that ingest answers with 503.
    """
    side_by_side = asyncio.Semaphore(32)

    async def post(versions: Sequence[dict[str, Any]]) -> list[str]:
        return [await post_until_accepted(system, snapshot) for snapshot in versions]

    async def one(versions: Sequence[dict[str, Any]]) -> list[str]:
        async with side_by_side:
            return await post(versions)

    return [
        transaction
        for accepted in await asyncio.gather(*map(one, stream))
        for transaction in accepted
    ]


async def post_until_accepted(system: System, snapshot: dict[str, Any]) -> str:
    while True:
        with contextlib.suppress(aiohttp.ClientError):
            status, answer = await system.post("update", snapshot)
            if status == 202:
                return str(answer["transactions"][0])
            assert status == 503, answer
        await asyncio.sleep(0.2)


async def all_settled(system: System, app: str, transactions: Sequence[str]) -> dict[str, str]:
    """Wait until each transaction has a status, and return the statuses."""
    found: dict[str, str] = {}
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(SETTLED_S):
            while len(found) < len(transactions):
                await asyncio.sleep(0.5)
                found = {
                    d["transaction_id"]: d["status"]
                    for d in await system.deliveries(source_app=app)
                    if d["status"]
                }
    assert set(transactions) <= set(found), (
        f"{len(set(transactions) - set(found))} of {len(transactions)} without a status"
    )
    return found


async def check_back_office(
    system: System, app: str, statuses: dict[str, str], repeated_at_most: int
) -> None:
    counts = await system.simulated("GET", app)
    assert counts["out_of_order"] == 0
    assert counts["repeated"] <= repeated_at_most
    assert counts["stored"] - counts["repeated"] == list(statuses.values()).count("Success")
    assert set(statuses.values()) <= {"Success", "Skipped"}


async def test_a_killed_dispatcher_loses_nothing_and_repeats_at_most_its_calls_in_flight(
    system: System, app: str
) -> None:
    await system.hook(app, limits={"calls_in_flight": IN_FLIGHT})
    await system.simulated("PUT", app, "/faults", json={"delay_s": 0.2})
    posting = asyncio.create_task(post_all(system, a_stream(app, appointments=60, versions=3)))
    await asyncio.sleep(1.5)

    await system.stop("dispatcher", signal.SIGKILL)
    await system.start("dispatcher")

    transactions = await posting
    await system.simulated("DELETE", app, "/faults")
    statuses = await all_settled(system, app, transactions)
    await check_back_office(system, app, statuses, repeated_at_most=IN_FLIGHT)


async def test_a_dispatcher_asked_to_stop_finishes_its_calls_and_repeats_none(
    system: System, app: str
) -> None:
    await system.hook(app, limits={"calls_in_flight": IN_FLIGHT})
    await system.simulated("PUT", app, "/faults", json={"delay_s": 0.2})
    posting = asyncio.create_task(post_all(system, a_stream(app, appointments=60, versions=2)))
    await asyncio.sleep(1.5)

    code = await system.stop("dispatcher")
    await system.start("dispatcher")

    transactions = await posting
    await system.simulated("DELETE", app, "/faults")
    statuses = await all_settled(system, app, transactions)
    assert code == 0
    await check_back_office(system, app, statuses, repeated_at_most=0)


async def test_a_restart_of_rabbitmq_during_a_stream_loses_and_repeats_nothing(
    system: System, app: str, rabbitmq: RabbitMq
) -> None:
    await system.hook(app, limits={"calls_in_flight": IN_FLIGHT})
    posting = asyncio.create_task(post_all(system, a_stream(app, appointments=500, versions=4)))
    await asyncio.sleep(1.5)

    await rabbitmq.stop()
    await rabbitmq.start()

    transactions = await posting
    assert len(transactions) == 2_000
    assert "mboc_broker_reconnects_total 0.0" not in await system.metrics("dispatcher")
    statuses = await all_settled(system, app, transactions)
    await check_back_office(system, app, statuses, repeated_at_most=IN_FLIGHT)


async def test_ten_seconds_without_mongodb_lose_and_repeat_nothing(
    system: System, app: str, mongodb: MongoDb
) -> None:
    await system.hook(app, limits={"calls_in_flight": IN_FLIGHT})
    posting = asyncio.create_task(post_all(system, a_stream(app, appointments=200, versions=5)))
    await asyncio.sleep(1)

    await mongodb.stop()
    await asyncio.sleep(10)
    await mongodb.start()

    transactions = await posting
    statuses = await all_settled(system, app, transactions)
    await check_back_office(system, app, statuses, repeated_at_most=IN_FLIGHT)


async def test_ingest_answers_503_with_retry_after_while_rabbitmq_is_unavailable(
    system: System, app: str, rabbitmq: RabbitMq
) -> None:
    await rabbitmq.stop()
    try:
        headers = {"X-API-KEY": SECRET, "Content-Type": "application/json"}
        url = f"{system.services['ingest'].url}/webhooks/demo/appointment-created"
        async with system.http.post(
            url, json=a_snapshot(source_app=app), headers=headers
        ) as answer:
            status, retry_after = answer.status, answer.headers.get("Retry-After")
    finally:
        await rabbitmq.start()

    assert status == 503
    assert retry_after is not None
    assert int(retry_after) > 0
