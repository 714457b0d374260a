"""The connection to RabbitMQ: wait until it is there, declare what is missing, publish
with confirmation.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import aio_pika
import structlog
from aio_pika.exceptions import AMQPError, ChannelPreconditionFailed

from common import topology
from common.metrics import BROKER_RECONNECTS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator

    from aio_pika.abc import (
        AbstractChannel,
        AbstractConnection,
        AbstractExchange,
        AbstractRobustConnection,
    )

log = structlog.get_logger()
CONNECT_TIMEOUT_S = 3.0
CONFIRM_TIMEOUT_S = 30.0
"""A publish that a lost connection has caught in the client library's queue ends after this."""
_AWAY = (AMQPError, ConnectionError, TimeoutError, OSError, RuntimeError)


class BrokerAwayError(Exception):
    """RabbitMQ did not confirm a message: it may or may not have it; publish it again
    under the same id.
    """


class QueueMismatchError(Exception):
    """A queue exists with other arguments than ours; ``str()`` names it and the difference."""


@contextlib.contextmanager
def reaching_broker() -> Iterator[None]:
    """Say in our own words that RabbitMQ is away.

    A lost connection also shows as a cancellation that nobody asked for: the client library cancels
    what waits for the broker.
    """
    try:
        yield
    except _AWAY as error:
        raise BrokerAwayError(type(error).__name__) from error
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise BrokerAwayError("the connection was lost") from error


async def connect(url: str, name: str) -> AbstractRobustConnection:
    """Return a connection that restores itself; waits for as long as RabbitMQ is not
    there and says so.
    """
    while True:
        try:
            connection = await aio_pika.connect_robust(
                url,
                client_properties={"connection_name": name},
                reconnect_interval=1,
                fail_fast=True,
                timeout=5,
            )
        except _AWAY as error:
            log.warning("RabbitMQ is not there yet, waiting for it", reason=type(error).__name__)
            await asyncio.sleep(1)
        else:
            connection.reconnect_callbacks.add(count_reconnect)
            return connection


async def connect_once(url: str, name: str) -> AbstractConnection:
    """Return a connection that restores nothing by itself; raises BrokerAwayError."""
    with reaching_broker():
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            return await aio_pika.connect(url, client_properties={"connection_name": name})


def count_reconnect(*_: object) -> None:
    """Count that a connection was lost and made again."""
    BROKER_RECONNECTS.inc()


async def declare_exchanges(
    channel: AbstractChannel, exchanges: Iterable[topology.Exchange]
) -> None:
    """Declare these exchanges; harmless when they are there."""
    for exchange in exchanges:
        await channel.declare_exchange(exchange.name, exchange.type, durable=True)


async def declare(channel: AbstractChannel, *queues: topology.Queue) -> None:
    """Declare these queues with their exchanges and bindings; harmless when they exist.

    Raises QueueMismatchError, which closes the channel.
    """
    await declare_exchanges(channel, {topology.DEAD_LETTERS, *(queue.exchange for queue in queues)})
    for queue in queues:
        try:
            declared = await channel.declare_queue(
                queue.name, durable=True, arguments=dict(queue.arguments)
            )
        except ChannelPreconditionFailed as error:
            raise QueueMismatchError(_difference(queue.name, str(error))) from error
        await declared.bind(queue.exchange.name, queue.routing_key)


def _difference(queue: str, reply: str) -> str:
    """Return what is different: RabbitMQ's reply names the argument and both values."""
    difference = reply.partition(" - ")[2] or reply
    return (
        f"RabbitMQ has the queue {queue} with other arguments ({difference}). "
        "When it is empty, delete it: it is declared again within seconds."
    )


class Publisher:
    """Publishes persistent, mandatory, confirmed messages on a connection of its own (back-pressure
    is per connection).
    """

    def __init__(
        self, connect: Callable[[], Awaitable[AbstractRobustConnection]], part: topology.Part
    ) -> None:
        self._connect = connect
        self._part = part
        self._connection: AbstractRobustConnection | None = None
        self._exchanges: dict[str, AbstractExchange] = {}

    async def open(self) -> AbstractRobustConnection:
        """Wait for RabbitMQ and declare what must exist before the first message is published;
        returns the connection.

        Raises QueueMismatchError.
        """
        self._connection = await self._connect()
        channel = await self._connection.channel(publisher_confirms=True, on_return_raises=True)
        await declare_exchanges(channel, self._part.exchanges)
        await declare(channel, *self._part.queues)
        self._exchanges = {
            e.name: await channel.get_exchange(e.name, ensure=False) for e in topology.EXCHANGES
        }
        return self._connection

    @property
    def is_connected(self) -> bool:
        """Whether RabbitMQ can be spoken to now."""
        return (
            bool(self._exchanges)
            and self._connection is not None
            and self._connection.connected.is_set()
        )

    def check(self) -> str | None:
        """Say so when RabbitMQ cannot be spoken to now."""
        return None if self.is_connected else "RabbitMQ is away"

    async def publish(
        self,
        exchange: topology.Exchange,
        body: bytes,
        *,
        message_id: str,
        kind: str,
        correlation_id: str = "",
        routing_key: str = "",
    ) -> None:
        """Publish and wait for the broker's confirmation; raises BrokerAwayError
        when there is none within half a minute.
        """
        message = aio_pika.Message(
            body,
            delivery_mode=2,
            message_id=message_id,
            type=kind,
            correlation_id=correlation_id or message_id,
            content_type="application/json",
        )
        if exchange.name not in self._exchanges:
            raise BrokerAwayError("not connected yet")
        with reaching_broker():
            async with asyncio.timeout(CONFIRM_TIMEOUT_S):
                await self._exchanges[exchange.name].publish(message, routing_key, mandatory=True)

    async def publish_until_confirmed(
        self,
        exchange: topology.Exchange,
        body: bytes,
        *,
        message_id: str,
        kind: str,
        routing_key: str = "",
    ) -> None:
        """Publish, and go on trying while RabbitMQ is away; consumers recognise the repeated id."""
        pause = 0.05
        while True:
            try:
                return await self.publish(
                    exchange, body, message_id=message_id, kind=kind, routing_key=routing_key
                )
            except BrokerAwayError:
                await asyncio.sleep(pause)
                pause = min(pause * 2, 2.0)

    async def close(self) -> None:
        """Close the connection; gives up after five seconds, because aio-pika would wait for a
        broker that is away.
        """
        if self._connection is None:
            return
        try:
            async with asyncio.timeout(5):
                await self._connection.close()
        except _AWAY:
            log.warning("RabbitMQ was away while closing the connection")
