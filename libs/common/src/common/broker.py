"""The connection to RabbitMQ: wait until it is there, declare what is missing, publish
with confirmation.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Protocol

import aio_pika
import structlog
from aio_pika.exceptions import AMQPError, PublishError

from common import topology
from common.declare import declare, declare_exchanges
from common.errors import (
    BrokerUnavailableError,
    NotRoutedError,
    QueueMismatchError,
)
from common.message_size import MessageSize
from common.metrics import BROKER_RECONNECTS
from common.unconfirmed_messages import UnconfirmedMessages

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from aio_pika.abc import AbstractConnection, AbstractExchange, AbstractRobustConnection

log = structlog.get_logger()
CONNECT_TIMEOUT_S = 3.0
CONFIRM_TIMEOUT_S = 30.0
"""A publish that a lost connection has caught in the client library's queue ends after this."""
_UNAVAILABLE = (AMQPError, ConnectionError, TimeoutError, OSError, RuntimeError)


@contextlib.contextmanager
def translate_broker_errors() -> Iterator[None]:
    """Say in our own words that RabbitMQ is away.

    A lost connection also shows as a cancellation that nobody asked for: the client library cancels
    what waits for the broker.
    """
    try:
        yield
    except PublishError as error:
        raise NotRoutedError("no queue is bound for them") from error
    except _UNAVAILABLE as error:
        raise BrokerUnavailableError(type(error).__name__) from error
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise BrokerUnavailableError("the connection was lost") from error


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
        except _UNAVAILABLE as error:
            log.warning("RabbitMQ is not there yet, waiting for it", reason=type(error).__name__)
            await asyncio.sleep(1)
        else:
            connection.reconnect_callbacks.add(count_reconnect)
            return connection


async def connect_once(url: str, name: str) -> AbstractConnection:
    """Return a connection that restores nothing by itself; raises BrokerAwayError."""
    with translate_broker_errors():
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            return await aio_pika.connect(url, client_properties={"connection_name": name})


def count_reconnect(*_: object) -> None:
    """Count that a connection was lost and made again."""
    BROKER_RECONNECTS.inc()


class ConfirmedPublisher(Protocol):
    """Publishes messages that must not be lost."""

    async def publish_until_confirmed(
        self,
        exchange: topology.Exchange,
        body: bytes,
        *,
        message_id: str,
        kind: str,
        routing_key: str = "",
    ) -> None:
        """Return when the message is safe; consumers recognise a repeated id."""


class Publisher:
    """Publishes persistent, mandatory, confirmed messages on a connection of its own (back-pressure
    is per connection).
    """

    def __init__(
        self,
        connect: Callable[[], Awaitable[AbstractRobustConnection]],
        part: topology.ServiceTopology,
    ) -> None:
        self._connect = connect
        self._part = part
        self._connection: AbstractRobustConnection | None = None
        self._exchanges: dict[str, AbstractExchange] = {}
        self._unconfirmed = {
            exchange.name: UnconfirmedMessages(exchange.name)
            for exchange in (*part.publishes, topology.DEAD_LETTERS)
        }
        self._size = MessageSize()
        self._is_declaring = False

    async def open(self) -> AbstractRobustConnection:
        """Wait for RabbitMQ and declare what must exist before the first message is published;
        returns the connection.

        Raises QueueMismatchError.
        """
        self._connection = await self._connect()
        # A channel that has to restore a declaration stays closed when that is refused once.
        async with await self._connection.channel() as declaring:
            await declare_exchanges(declaring, self._part.exchanges)
            await declare(declaring, *self._part.queues)
        channel = await self._connection.channel(publisher_confirms=True, on_return_raises=True)
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
        """Return the reason when RabbitMQ cannot be reached now."""
        return None if self.is_connected else "RabbitMQ is away"

    def check_waiting(self) -> str | None:
        """Return the reason when RabbitMQ has not taken messages for over ten seconds."""
        return next(filter(None, (sent.check() for sent in self._unconfirmed.values())), None)

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
        """Publish and wait for the broker's confirmation; raises BrokerAwayError when there is
        none within half a minute, NotRoutedError after it declared the queues again, and
        MessageTooLargeError.
        """
        self._size.check(body)
        message = aio_pika.Message(
            body,
            delivery_mode=2,
            message_id=message_id,
            type=kind,
            correlation_id=correlation_id or message_id,
            content_type="application/json",
        )
        if exchange.name not in self._exchanges:
            raise BrokerUnavailableError("not connected yet")
        try:
            with translate_broker_errors():
                async with asyncio.timeout(CONFIRM_TIMEOUT_S):
                    await self._exchanges[exchange.name].publish(
                        message, routing_key, mandatory=True
                    )
        except NotRoutedError:
            await self._declare_again(exchange, routing_key)
            raise
        except BrokerUnavailableError as error:
            self._size.learn(error.__cause__)
            self._size.check(body)
            raise

    async def publish_until_confirmed(
        self,
        exchange: topology.Exchange,
        body: bytes,
        *,
        message_id: str,
        kind: str,
        routing_key: str = "",
    ) -> None:
        """Publish, and go on trying while RabbitMQ is away; consumers recognise the repeated id.

        A wait of over ten seconds is logged, measured and returned by ``check_waiting``. Raises
        MessageTooLargeError.
        """
        pause, unconfirmed = 0.05, self._unconfirmed[exchange.name]
        with unconfirmed.track():
            while True:
                try:
                    return await self.publish(
                        exchange, body, message_id=message_id, kind=kind, routing_key=routing_key
                    )
                except BrokerUnavailableError as error:
                    unconfirmed.record_failure(str(error))
                await asyncio.sleep(pause)
                pause = min(pause * 2, 2.0)

    async def _declare_again(self, exchange: topology.Exchange, routing_key: str) -> None:
        """Declare the queues that the message is for: they may have been deleted."""
        queues = self._part.queues_for(exchange, routing_key)
        if self._is_declaring or self._connection is None or not queues:
            return
        self._is_declaring = True
        try:
            with (
                contextlib.suppress(BrokerUnavailableError, QueueMismatchError),
                translate_broker_errors(),
            ):
                async with await self._connection.channel() as channel:
                    await declare(channel, *queues)
                log.warning("no queue was bound, declared it again", exchange=exchange.name)
        finally:
            self._is_declaring = False

    async def close(self) -> None:
        """Close the connection; gives up after five seconds, because aio-pika would wait for a
        broker that is away.
        """
        if self._connection is None:
            return
        try:
            async with asyncio.timeout(5):
                await self._connection.close()
        except _UNAVAILABLE:
            log.warning("RabbitMQ was away while closing the connection")
