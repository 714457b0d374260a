"""ingest while RabbitMQ blocks publishers, and with bodies of the largest size."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from local_stack.servers.rabbitmq import RabbitMq
from tests.support.builders import a_snapshot, as_body
from tests.support.system import EVENTS, SECRET, Service, System, until

TIMEOUT_S = 2.0
SLACK_S = 4.0
"""Extra time for 300 responses on a busy machine."""
MEMORY = 220 * 1024 * 1024
"""A limit below the memory of ingest's container."""
MOST = 1_000_000
LARGEST = (
    "application:set_env(rabbit, max_message_size, {0}),"
    " persistent_term:put(max_message_size, {0})."
)
WATERMARK = "set_vm_memory_high_watermark"


class Sender:
    """Posts any number of requests at once to one ingest."""

    def __init__(self, ingest: Service, http: aiohttp.ClientSession) -> None:
        self._ingest = ingest
        self._http = http

    async def post(self, body: bytes) -> tuple[int, str | None, float]:
        """Return status, Retry-After and seconds."""
        began = time.monotonic()
        async with self._asking(body) as answer:
            await answer.read()
            return answer.status, answer.headers.get("Retry-After"), time.monotonic() - began

    async def problem(self, body: bytes) -> tuple[int, dict[str, Any]]:
        """Return the status and the response."""
        async with self._asking(body) as answer:
            return answer.status, await answer.json(content_type=None)

    def _asking(self, body: bytes) -> Any:
        return self._http.post(
            f"{self._ingest.url}/webhooks/demo/{EVENTS['update']}",
            data=body,
            headers={"X-API-KEY": SECRET, "Content-Type": "application/json"},
        )

    async def memory(self) -> float:
        """Return the memory of the process in bytes."""
        async with self._http.get(f"{self._ingest.url}/metrics") as answer:
            lines = (await answer.text()).splitlines()
        (line,) = [line for line in lines if line.startswith("process_resident_memory_bytes")]
        return float(line.split()[1])


@contextlib.asynccontextmanager
async def an_ingest(rabbitmq: RabbitMq, directory: Path) -> AsyncIterator[Sender]:
    """An ingest with a confirm timeout of two seconds."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        system = System(rabbitmq.url, "", directory, http)
        ingest = await system.start("ingest", INGEST_CONFIRM_TIMEOUT_S=str(TIMEOUT_S))
        yield Sender(ingest, http)
        await system.stop_all()


@pytest.fixture(scope="module")
async def sender(
    rabbitmq: RabbitMq, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Sender]:
    async with an_ingest(rabbitmq, tmp_path_factory.mktemp("blocked")) as sender:
        yield sender


@pytest.fixture
async def small_messages(rabbitmq: RabbitMq, tmp_path: Path) -> AsyncIterator[Sender]:
    """An ingest whose RabbitMQ has a size limit below the default."""
    await rabbitmq.control("eval", LARGEST.format(MOST))
    async with an_ingest(rabbitmq, tmp_path) as sender:
        yield sender
    await rabbitmq.control("eval", LARGEST.format(16 * 1024 * 1024))


@pytest.fixture
async def alarm(rabbitmq: RabbitMq) -> AsyncIterator[asyncio.Event]:
    """Have RabbitMQ block publishers until the event is set."""
    await rabbitmq.control(WATERMARK, "absolute", "1MB")
    over = asyncio.Event()

    async def clear() -> None:
        await over.wait()
        await rabbitmq.control(WATERMARK, "0.4")

    clearing = asyncio.create_task(clear())
    yield over
    over.set()
    await clearing


async def test_every_webhook_is_refused_in_time_during_an_alarm_and_accepted_after_it(
    sender: Sender, alarm: asyncio.Event
) -> None:
    bodies = [as_body(a_snapshot(i, Body="x" * 300_000)) for i in range(1, 301)]

    answers = await asyncio.gather(*map(sender.post, bodies))
    _, _, again_s = later = await sender.post(bodies[0])

    assert {answer[:2] for answer in [*answers, later]} == {(503, "5")}
    assert max(seconds for _, _, seconds in answers) < TIMEOUT_S + SLACK_S
    assert again_s < TIMEOUT_S / 2, "while a confirmation is overdue, the answer comes at once"
    assert await sender.memory() < MEMORY
    alarm.set()

    async def is_accepted() -> bool:
        return (await sender.post(bodies[0]))[0] == 202

    await until(is_accepted, "ingest to accept again")


async def test_eight_webhooks_with_the_largest_bodies_are_accepted_at_once(
    sender: Sender,
) -> None:
    bodies = [as_body(a_snapshot(i, Body="x" * 3_900_000)) for i in range(1, 9)]

    answers = await asyncio.gather(*map(sender.post, bodies))

    assert [status for status, _, _ in answers] == [202] * 8


async def test_only_a_body_above_the_limit_of_rabbitmq_is_refused_for_good(
    small_messages: Sender,
) -> None:
    too_large, ordinary = as_body(a_snapshot(Body="x" * MOST)), as_body(a_snapshot())

    status, answer = await small_messages.problem(too_large)

    assert status == 413
    assert f"{MOST:,}" in answer["detail"]

    async def is_accepted() -> bool:
        return (await small_messages.post(ordinary))[0] == 202

    await until(is_accepted, "the next body to be accepted")
