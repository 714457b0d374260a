"""The status answers while the servers are unavailable, and the log lines of that time appear
afterwards.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest

from common.health import Readiness
from common.telemetry.log_buffer import LogBuffer
from common.telemetry.publisher import TelemetryPublisher
from local_stack.servers.mongodb import MongoDb
from local_stack.servers.rabbitmq import RabbitMq
from tests.support.builders import a_snapshot
from tests.support.event_stream import listening
from tests.support.system import System, until


@pytest.fixture
async def app(system: System) -> AsyncIterator[str]:
    """A source app of this test. The next test finds every service ready."""
    yield f"app-{uuid.uuid4().hex[:8]}"
    await asyncio.gather(*(system.until_ready(name) for name in system.services))


async def until_told(system: System, sentence: str) -> dict[str, Any]:
    """Wait until the status has this, and return it. The status answers at every moment."""

    async def ask() -> dict[str, Any] | None:
        status, answer = await system.api("GET", "/status")
        assert status == 200, answer
        return answer if any(sentence in reason for reason in answer["reasons"]) else None

    return await until(ask, f"the status to say: {sentence}")


async def until_back(system: System) -> None:
    async def ask() -> bool:
        _, answer = await system.api("GET", "/status")
        return bool(answer["state"] != "down")

    await until(ask, "the status not to be down")


@pytest.mark.usefixtures("app")
async def test_the_status_shows_mongodb_as_unavailable_and_still_services_and_lanes(
    system: System, mongodb: MongoDb
) -> None:
    await until_back(system)
    await mongodb.stop()
    try:
        found = await until_told(system, "MongoDB cannot be reached")
    finally:
        await mongodb.start()

    assert found["state"] == "down"
    assert (found["mongodb"]["reachable"], found["rabbitmq"]["reachable"]) == (False, True)
    assert {"ingest", "dispatcher", "portal-api"} <= {
        replica["service"] for replica in found["services"]
    }
    assert found["dead_letters"] is None
    await until_back(system)


@pytest.mark.usefixtures("app")
async def test_the_status_and_a_stream_show_rabbitmq_as_unavailable(
    system: System, rabbitmq: RabbitMq
) -> None:
    await until_back(system)
    async with listening(system) as listener:
        await rabbitmq.stop()
        try:
            found = await until_told(system, "RabbitMQ cannot be reached")
            told = await listener.until("status", state="down")
        finally:
            await rabbitmq.start()
        await listener.until("resync")

    assert found["state"] == "down"
    assert (found["mongodb"]["reachable"], found["rabbitmq"]["reachable"]) == (True, False)
    assert "RabbitMQ" in told["sentence"]
    await until_back(system)


async def test_lines_logged_while_mongodb_was_unavailable_are_shown_once_afterwards(
    system: System, app: str, mongodb: MongoDb
) -> None:
    connector_id = await system.hook(app)
    await system.simulated("PUT", app, "/faults", json={"status": 503})
    await mongodb.stop()
    await asyncio.sleep(2)
    await mongodb.start()
    await system.simulated("DELETE", app, "/faults")
    transaction = await system.change("create", a_snapshot(source_app=app))
    delivery = await system.delivery(transaction, "Success")

    async def shown() -> bool:
        status, answer = await system.api(
            "GET", "/logs", params={"delivery_id": delivery["delivery_id"]}
        )
        return status == 200 and len(answer["items"]) == 1

    await until(shown, f"the line of {connector_id} to be shown")


async def test_lines_wait_for_rabbitmq_and_the_newest_arrive(
    system: System, app: str, rabbitmq: RabbitMq
) -> None:
    lines = LogBuffer(most=50)
    telemetry = TelemetryPublisher(system.rabbitmq_url, "ingest", app, lines, Readiness())
    await rabbitmq.stop()
    async with telemetry.sending():
        for number in range(80):
            lines.append(
                f'{{"timestamp": "2026-07-21T14:03:09.{number:03}Z", "level": "info", "service": '
                f'"ingest", "replica": "{app}", "event": "n{number}"}}'
            )
        await asyncio.sleep(1.5)
        await rabbitmq.start()

        async def shown() -> list[str] | None:
            status, answer = await system.api(
                "GET", "/logs", params={"replica": app, "limit": "200"}
            )
            return (
                [line["event"] for line in answer["items"]]
                if status == 200 and answer["items"]
                else None
            )

        found = await until(shown, "the lines to be shown")

    assert found == [f"n{number}" for number in range(79, 29, -1)]
    assert lines.dropped == 30
    _, status = await system.api("GET", "/status")
    assert (
        app not in {replica["replica"] for replica in status["services"]} or not status["services"]
    ), "it left in good order"


async def test_telemetry_without_rabbitmq_delays_no_service(
    system: System, app: str, rabbitmq: RabbitMq
) -> None:
    await rabbitmq.stop()
    try:
        async with (
            asyncio.timeout(6),
            TelemetryPublisher(
                system.rabbitmq_url, "ingest", app, LogBuffer(), Readiness()
            ).sending(),
        ):
            await asyncio.sleep(0.1)
    finally:
        await rabbitmq.start()
