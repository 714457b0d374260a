"""Poison messages on a real RabbitMQ."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import aio_pika
import pytest
from aio_pika.abc import AbstractRobustConnection
from faststream.rabbit import RabbitBroker

from common import dead_lettering, topology
from common.broker import connect
from common.consuming import consuming_broker, parsed_by, subscriber
from common.contracts.dead_letter import DeadLetter
from tests.support.system import until


class Letters:
    """A publisher that stores the dead letters."""

    def __init__(self) -> None:
        self.kept: list[DeadLetter] = []

    async def publish_until_confirmed(self, _: Any, body: bytes, **__: str) -> None:
        self.kept.append(DeadLetter.model_validate_json(body))


@pytest.fixture
async def connection(rabbitmq_url: str) -> AsyncIterator[AbstractRobustConnection]:
    opened = await connect(rabbitmq_url, "test")
    yield opened
    await opened.close()


@pytest.fixture
def source() -> topology.Queue:
    """A queue of the test's own."""
    name = f"test.{uuid.uuid4().hex[:8]}"
    return topology.Queue(name, topology.Exchange(name, "fanout"), is_dead_lettered=False)


@pytest.fixture
async def consuming(
    rabbitmq_url: str, source: topology.Queue, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[RabbitBroker, Letters, list[str]]]:
    """A broker whose handler raises for *bad*, and stores every other message."""
    monkeypatch.setattr(dead_lettering, "FIRST_PAUSE_S", 0.05)
    letters: Any = Letters()
    broker, seen = consuming_broker(rabbitmq_url, letters), []

    @subscriber(broker, source, parsed_by(bytes.decode), 10)
    async def handle(text: str) -> None:
        seen.append(text)
        if text == "bad" or (text == "once" and seen.count("once") == 3):
            raise KeyError(text)

    await broker.start()
    yield broker, letters, seen
    await broker.stop()


async def publish(
    connection: AbstractRobustConnection, source: topology.Queue, *texts: str
) -> None:
    async with await connection.channel() as channel:
        to = await channel.get_exchange(source.exchange.name)
        for text in texts:
            await to.publish(aio_pika.Message(text.encode(), message_id=text, delivery_mode=2), "")


async def test_a_message_whose_handler_raises_is_dead_lettered_after_three_tries_alone(
    connection: AbstractRobustConnection,
    source: topology.Queue,
    consuming: tuple[RabbitBroker, Letters, list[str]],
) -> None:
    _, letters, seen = consuming

    await publish(connection, source, "bad", "good", "good")

    async def parked() -> bool:
        return bool(letters.kept)

    await until(parked, "the bad message to be dead-lettered")
    assert (seen.count("bad"), seen.count("good")) == (3, 2)
    assert [(one.queue, one.body) for one in letters.kept] == [(source.name, "bad")]
    async with await connection.channel() as channel:
        left = await channel.declare_queue(source.name, passive=True)
        assert left.declaration_result.message_count == 0


async def test_lost_connections_are_no_tries_of_a_message(
    rabbitmq_url: str,
    connection: AbstractRobustConnection,
    source: topology.Queue,
    consuming: tuple[RabbitBroker, Letters, list[str]],
) -> None:
    broker, letters, seen = consuming
    await broker.stop()
    for _ in range(2):  # RabbitMQ counts deliveries to a consumer that was cut off
        async with await connect(rabbitmq_url, "cut off") as lost:
            channel = await lost.channel()
            declared = await channel.get_queue(source.name, ensure=False)
            if not seen:
                await publish(connection, source, "once")
            message = await until(partial(declared.get, fail=False), "the message")
            seen.append(message.body.decode())

    await broker.start()

    async def handled() -> bool:
        return len(seen) == 4

    await until(handled, "the message to be tried again")
    assert letters.kept == []
