"""A queue that an older version declared with other arguments, on a real RabbitMQ."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from aio_pika.abc import AbstractRobustConnection

from common import topology
from common.broker import Publisher, connect
from common.contracts.delivery import Trigger
from common.declare import declare
from common.errors import QueueMismatchError
from retry.model.candidate import Claimant, RequeueCandidate, RequeueClaim
from retry.publishing import RetryPublisher
from tests.support.builders import a_transaction
from tests.support.system import a_system


@pytest.fixture
async def connection(rabbitmq_url: str) -> AsyncIterator[AbstractRobustConnection]:
    opened = await connect(rabbitmq_url, "test")
    yield opened
    await opened.close()


async def an_older_queue(connection: AbstractRobustConnection, lane: topology.Queue) -> None:
    async with await connection.channel() as channel:
        exchange = lane.exchange
        await channel.declare_exchange(exchange.name, exchange.type, durable=True)
        queue = await channel.declare_queue(
            lane.name, durable=True, arguments={"x-queue-type": "quorum"}
        )
        await queue.bind(lane.exchange.name, lane.routing_key)


async def test_the_queue_and_the_difference_are_named(connection: AbstractRobustConnection) -> None:
    lane = topology.lane(uuid.uuid4().hex)
    await an_older_queue(connection, lane)

    with pytest.raises(QueueMismatchError) as raised:
        await declare(connection, topology.DISPATCHER, [lane])

    assert f"the queue {lane.name} with other arguments" in str(raised.value)
    assert "x-dead-letter-exchange" in str(raised.value)


async def test_retry_publishes_to_every_lane_although_one_has_other_arguments(
    connection: AbstractRobustConnection, rabbitmq_url: str
) -> None:
    connectors = [uuid.uuid4().hex for _ in range(3)]
    await an_older_queue(connection, topology.lane(sorted(connectors)[1]))
    publisher = Publisher(partial(connect, rabbitmq_url, "test publishing"), topology.RETRY)
    await publisher.open()
    retry_publisher = RetryPublisher(publisher)

    claimant = Claimant("token", Trigger.TIMER_JOB)
    candidates = [RequeueCandidate(f"t1.{one}", 1, one, "t1") for one in connectors]

    await retry_publisher.publish_requests(
        [RequeueClaim(candidate, claimant, is_published=False) for candidate in candidates],
        {"t1": a_transaction("t1")},
    )

    async with await connection.channel() as channel:
        waiting = [
            (await channel.declare_queue(topology.lane(one).name, passive=True)).declaration_result
            for one in connectors
        ]
    await publisher.close()
    assert [queue.message_count for queue in waiting] == [1, 1, 1]


async def test_the_service_that_owns_the_queue_says_so_and_ends(
    mongodb_url: str, tmp_path: Path
) -> None:
    async with a_system(mongodb_url, tmp_path) as system:
        connection = await connect(system.rabbitmq_url, "test")
        await an_older_queue(connection, topology.DISPATCHER_TRANSACTIONS)
        await connection.close()

        await system.start("dispatcher", "dispatcher", ready=False)
        dispatcher = system.services["dispatcher"]
        code = await asyncio.wait_for(dispatcher.process.wait(), 20)

    log = dispatcher.log.read_text()
    assert code == 2
    assert "Cannot start: RabbitMQ has the queue dispatcher.transactions with other" in log
    assert "Traceback" not in log
