"""The publisher on a real RabbitMQ that accepts no message."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
import structlog
from aio_pika.abc import AbstractRobustConnection
from prometheus_client import REGISTRY

from common import topology, unconfirmed_messages
from common.broker import Publisher, connect
from common.errors import MessageTooLargeError, NotRoutedError
from local_stack.servers.rabbitmq import RabbitMq
from tests.support.system import until

MAX_BYTES = 200_000
ALL = (".*", ".*", ".*")


@pytest.fixture(scope="module")
async def vhost(rabbitmq: RabbitMq) -> AsyncIterator[str]:
    """A virtual host of these tests, so that other tests keep their queues."""
    name = f"test-{uuid.uuid4().hex[:8]}"
    await rabbitmq.control("add_vhost", name)
    await rabbitmq.control("set_permissions", "-p", name, "guest", *ALL)
    yield name
    await rabbitmq.control("delete_vhost", name)


@pytest.fixture
async def connection(rabbitmq: RabbitMq, vhost: str) -> AsyncIterator[AbstractRobustConnection]:
    opened = await connect(rabbitmq.url + vhost, "test")
    yield opened
    await opened.close()


@asynccontextmanager
async def a_publisher(url: str) -> AsyncIterator[Publisher]:
    publisher = Publisher(partial(connect, url, "test publishing"), topology.DISPATCHER)
    await publisher.open()
    yield publisher
    await publisher.close()


async def publish(publisher: Publisher, body: bytes = b"[]", lane: str | None = None) -> None:
    exchange = topology.DELIVERIES if lane else topology.STATUSES
    await publisher.publish_until_confirmed(
        exchange, body, message_id=uuid.uuid4().hex, kind="Test", routing_key=lane or ""
    )


def waited_s(exchange: str) -> float:
    return REGISTRY.get_sample_value("mboc_publish_waiting_seconds", {"exchange": exchange}) or 0


async def count(connection: AbstractRobustConnection, queue: str) -> int:
    async with await connection.channel() as channel:
        declared = await channel.declare_queue(queue, passive=True)
        return declared.declaration_result.message_count or 0


@pytest.mark.parametrize("lane", [None, "c1", "c1.1"])
async def test_a_message_that_no_queue_is_bound_for_waits_in_a_queue_that_is_declared_again(
    rabbitmq: RabbitMq, vhost: str, connection: AbstractRobustConnection, lane: str | None
) -> None:
    queue = topology.lane(lane) if lane else topology.PORTAL_API_STATUSES
    async with a_publisher(rabbitmq.url + vhost) as publisher:
        async with await connection.channel() as channel:
            await channel.queue_delete(queue.name)

        await publish(publisher, lane=lane)

    assert await count(connection, queue.name) == 1


async def test_a_publication_of_a_command_reports_a_missing_queue(
    rabbitmq: RabbitMq, vhost: str, connection: AbstractRobustConnection
) -> None:
    async with a_publisher(rabbitmq.url + vhost) as publisher:
        async with await connection.channel() as channel:
            await channel.queue_delete(topology.PORTAL_API_STATUSES.name)

        with pytest.raises(NotRoutedError):
            await publisher.publish(topology.STATUSES, b"[]", message_id="m", kind="Test")
        await publisher.publish(topology.STATUSES, b"[]", message_id="m", kind="Test")


@pytest.fixture
async def small_messages(rabbitmq: RabbitMq) -> AsyncIterator[None]:
    """A RabbitMQ that accepts small messages only."""
    setting = "application:{}_env(rabbit, max_message_size, {})."
    await rabbitmq.control("eval", setting.format("set", MAX_BYTES))
    yield
    await rabbitmq.control("eval", setting.format("set", 134_217_728))


@pytest.mark.usefixtures("small_messages")
async def test_a_message_larger_than_rabbitmq_takes_is_refused_with_its_size_and_alone(
    rabbitmq: RabbitMq, vhost: str, connection: AbstractRobustConnection
) -> None:
    large, small = bytes(MAX_BYTES + 1), b"[]"
    async with a_publisher(rabbitmq.url + vhost) as publisher:
        before = await count(connection, topology.PORTAL_API_STATUSES.name)

        results = await asyncio.gather(
            *(publish(publisher, body) for body in (*[small] * 20, large, *[small] * 20)),
            return_exceptions=True,
        )

        refused = results.pop(20)
        assert isinstance(refused, MessageTooLargeError)
        assert "200,001" in str(refused)
        assert results == [None] * 40
        assert await count(connection, topology.PORTAL_API_STATUSES.name) >= before + 40
        closed: list[object] = []
        channel: Any = publisher._exchanges[topology.STATUSES.name].channel  # type: ignore[attr-defined]
        channel.close_callbacks.add(lambda *error: closed.append(error))
        with pytest.raises(MessageTooLargeError):
            await publish(publisher, large)
        await publish(publisher)
        assert closed == []


async def test_a_wait_is_logged_once_shown_in_the_metric_and_a_reason_until_it_is_over(
    rabbitmq: RabbitMq, vhost: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unconfirmed_messages, "REPORT_AFTER_S", 0.3)
    exchange = topology.STATUSES.name
    async with a_publisher(rabbitmq.url + vhost) as publisher:
        await rabbitmq.control("set_permissions", "-p", vhost, "guest", "", "", "")
        with structlog.testing.capture_logs() as logs:
            began = time.monotonic()
            publications = [asyncio.create_task(publish(publisher)) for _ in range(3)]
            await asyncio.sleep(1.0)

            async def reason() -> str | None:
                found = publisher.check_waiting()
                return found if found and "ChannelAccessRefused" in found else None

            assert exchange in await until(reason, "the reason")
            assert 1.0 <= waited_s(exchange) <= time.monotonic() - began
            assert not any(one.done() for one in publications)
            await rabbitmq.control("set_permissions", "-p", vhost, "guest", *ALL)
            await asyncio.wait_for(asyncio.gather(*publications), 20)

    assert publisher.check_waiting() is None
    assert waited_s(exchange) == 0
    lines = [line for line in logs if line["event"].startswith("messages wait")]
    assert [(line["exchange"], line["waiting"]) for line in lines] == [(exchange, 3)]
