"""Live updates: every replica sends the same, a client resumes after a reconnect, and no stream
delays a stop.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

import aio_pika
import pytest

from common import topology
from tests.support.api_user import a_user, an_api_key
from tests.support.builders import a_snapshot
from tests.support.event_stream import listening
from tests.support.system import System, until


@pytest.fixture
async def second(system: System) -> AsyncIterator[str]:
    """A second portal-api."""
    await system.start("portal-api", "portal-api-2")
    yield "portal-api-2"
    if "portal-api-2" in system.services:
        await system.stop("portal-api-2")


async def test_two_replicas_stream_the_same_change_as_a_row_of_the_list(
    system: System, app: str, second: str
) -> None:
    await system.hook(app)
    async with listening(system) as one, listening(system, second) as other:
        transaction = await system.change("create", a_snapshot(source_app=app))

        rows = [
            await listener.until("delivery", transaction_id=transaction, status="Success")
            for listener in (one, other)
        ]

        assert rows[0] == rows[1]
    assert rows[0] == await system.delivery(transaction, "Success")


async def test_a_stream_begins_with_the_status(system: System) -> None:
    async with listening(system) as listener:
        told = await listener.until("status")

    _, status = await system.api("GET", "/status")
    assert told.keys() == {"state", "sentence"}
    assert told["state"] in {"well", "troubled", "down"}
    assert status["state"] in {"well", "troubled", "down"}


async def test_a_reader_that_reconnects_gets_what_it_missed_and_nothing_twice(
    system: System, app: str
) -> None:
    await system.hook(app)
    async with listening(system, topics="delivery") as listener:
        first = await system.change("create", a_snapshot(source_app=app))
        await listener.until("delivery", transaction_id=first, status="Success")
        place = listener.last_id
    missed = await system.change("create", a_snapshot(source_app=app))
    await system.delivery(missed, "Success")

    async with listening(system, last_id=place, topics="delivery") as again:
        await again.until("delivery", transaction_id=missed, status="Success")

        assert "resync" not in again.topics()
        assert first not in {row["transaction_id"] for _, row in again.received}


async def test_an_id_of_another_replica_is_answered_by_a_resync(
    system: System, second: str
) -> None:
    async with listening(system, second) as other:
        await other.until("status")
    async with listening(system, last_id="0badf00d-1") as listener:
        told = await listener.until("resync")

    assert told == {"topics": ["delivery", "operation", "status"]}


async def test_a_burst_becomes_a_resync_instead_of_a_flood(system: System, app: str) -> None:
    await system.hook(app)
    async with listening(system, topics="delivery") as listener:
        await asyncio.gather(
            *(
                system.change("create", a_snapshot(number, source_app=app))
                for number in range(1, 151)
            )
        )

        told = await listener.until("resync")
        await asyncio.sleep(2)

    assert told == {"topics": ["delivery"]}
    assert listener.topics().count("resync") <= 2
    assert listener.topics().count("delivery") < 150


async def test_an_operation_is_streamed_as_its_list_shows_it(system: System, app: str) -> None:
    await system.start("retry", "retry-events")
    try:
        await system.hook(app)
        await system.simulated("PUT", app, "/faults", json={"status": 400, "times": 1})
        delivery = await system.delivery(
            await system.change("create", a_snapshot(source_app=app)), "Failed"
        )
        async with listening(system, topics="operation") as listener:
            _, begun = await system.api("POST", f"/deliveries/{delivery['delivery_id']}/retry")

            told = await listener.until(
                "operation", operation_id=begun["operation_id"], state="done"
            )

        async def stored() -> dict[str, Any] | None:
            _, found = await system.api("GET", f"/operations/{begun['operation_id']}")
            return dict(found) if found["state"] == "done" else None

        assert told == await until(stored, "the operation to be done")
    finally:
        await system.stop("retry-events")


async def test_an_unreadable_operation_ends_no_stream(
    system: System, app: str, rabbitmq_url: str
) -> None:
    await system.hook(app)
    async with listening(system) as listener, await aio_pika.connect(rabbitmq_url) as connection:
        exchange = await (await connection.channel()).get_exchange(topology.OPERATIONS.name)
        for body in (b"\xff", b"[]", b"{}"):
            await exchange.publish(
                aio_pika.Message(body, type="OperationProgressed"), "elsewhere.progressed"
            )

        await listener.until(
            "delivery", transaction_id=await system.change("create", a_snapshot(source_app=app))
        )

        assert "operation" not in listener.topics()


async def test_only_the_requested_topics_are_sent(system: System, app: str) -> None:
    await system.hook(app)
    async with (
        listening(system, topics="status") as quiet,
        listening(system, topics="delivery") as listener,
    ):
        await listener.until(
            "delivery", transaction_id=await system.change("create", a_snapshot(source_app=app))
        )

        assert set(quiet.topics()) == {"status"}
        assert set(listener.topics()) == {"delivery"}


async def test_a_stop_ends_streams_at_once(system: System, second: str) -> None:
    async with listening(system, second) as listener:
        await listener.until("status")
        began = time.monotonic()

        code = await system.stop(second)

        assert code == 0
        assert time.monotonic() - began < 5
        assert listener.is_over


async def test_a_stream_ends_after_the_requested_time(system: System) -> None:
    async with listening(system, seconds=0.5) as listener:

        async def is_over() -> bool:
            return listener.is_over

        await until(is_over, "the stream to end")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"topics": "weather"}, "topics"),
        ({"seconds": "0"}, "seconds"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_a_wrong_query_is_refused_by_its_field(
    system: System, query: dict[str, str], field: str
) -> None:
    status, answer = await system.api("GET", "/events", params=query)

    assert status == 422
    assert answer["errors"][0]["field"] == field


async def test_without_the_key_nothing_is_streamed(system: System) -> None:
    status, _ = await system.api("GET", "/events", headers={"X-API-KEY": "wrong"})

    assert status == 401


async def test_one_account_cannot_use_all_streams(system: System) -> None:
    key, _ = await an_api_key(system, "viewer")
    viewer, url = await a_user(system), f"{system.services['portal-api'].url}/api/events"
    cookie = {"Cookie": f"__Host-mboc_session={viewer.cookie}"}

    async with contextlib.AsyncExitStack() as streams:
        for _ in range(20):
            answer = await streams.enter_async_context(system.http.get(url, headers=cookie))
            assert answer.status == 200
        async with system.http.get(url, headers=cookie) as refused:
            problem = await refused.json(content_type=None)
        async with system.http.get(url, headers={"X-API-KEY": key}) as other:
            assert other.status == 200

    assert (refused.status, refused.headers["Retry-After"]) == (503, "5")
    assert "Your account has 20 open streams" in problem["detail"]

    async def is_free() -> bool:
        async with system.http.get(url, headers=cookie) as again:
            return again.status == 200

    await until(is_free, "the ended streams to be free again")
