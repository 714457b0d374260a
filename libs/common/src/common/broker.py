"""The connection to RabbitMQ: connecting, declaring missing queues, publishing with confirms."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Protocol

import aio_pika
import structlog
from aio_pika.exceptions import AMQPError, PublishError

from common import topology
from common.declare import declare
from common.errors import (
    BrokerUnavailableError,
    MissingTopologyError,
    NotRoutedError,
    QueueMismatchError,
)
from common.message_size import MessageSize
from common.metrics import BROKER_RECONNECTS
from common.tls import certificate_problem
from common.unconfirmed_messages import UnconfirmedMessages

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from aio_pika.abc import AbstractConnection, AbstractExchange, AbstractRobustConnection

log = structlog.get_logger()
CONNECT_TIMEOUT_S = 3.0
MISSING_TIMEOUT_S = 20.0
"""The wait for exchanges and queues of others. RabbitMQ's operator declares them after the users
of a new RabbitMQ.
"""
CONFIRM_TIMEOUT_S = 30.0
"""Ends a publish that is stuck in the client library's queue after a lost connection."""
_UNAVAILABLE = (AMQPError, ConnectionError, TimeoutError, OSError, RuntimeError)


@contextlib.contextmanager
def translate_broker_errors() -> Iterator[None]:
    """Translate errors of the client library into NotRoutedError and BrokerUnavailableError.

    A lost connection also shows as a cancellation that this process did not request: the client
    library cancels the tasks that wait for the broker.
    """
    try:
        yield
    except PublishError as error:
        raise NotRoutedError("no queue is bound for the message") from error
    except _UNAVAILABLE as error:
        raise BrokerUnavailableError(type(error).__name__) from error
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise BrokerUnavailableError("the connection was lost") from error


async def connect(url: str, name: str) -> AbstractRobustConnection:
    """Return a connection that restores itself. Wait and log while RabbitMQ is unavailable."""
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
            reason = certificate_problem(error) or type(error).__name__
            log.warning("RabbitMQ is unavailable, waiting for it", reason=reason)
            await asyncio.sleep(1)
        else:
            connection.reconnect_callbacks.add(count_reconnect)
            return connection


async def connect_once(url: str, name: str) -> AbstractConnection:
    """Return a connection that does not restore itself. Raises BrokerUnavailableError."""
    with translate_broker_errors():
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            return await aio_pika.connect(url, client_properties={"connection_name": name})


def count_reconnect(*_: object) -> None:
    """Count a lost connection that was restored."""
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
        """Return when the message is stored. Consumers recognise a repeated id."""


class Publisher:
    """Publishes persistent, mandatory, confirmed messages on a connection of its own, because
    back-pressure is per connection.
    """

    def __init__(
        self,
        connect: Callable[[], Awaitable[AbstractRobustConnection]],
        service: topology.ServiceTopology,
        missing_timeout_s: float = MISSING_TIMEOUT_S,
    ) -> None:
        self._connect = connect
        self._missing_timeout_s = missing_timeout_s
        self._service = service
        self._connection: AbstractRobustConnection | None = None
        self._exchanges: dict[str, AbstractExchange] = {}
        self._unconfirmed = {
            exchange.name: UnconfirmedMessages(exchange.name) for exchange in service.writes
        }
        self._size = MessageSize()
        self._declaring: set[tuple[str, str]] = set()

    async def open(self) -> AbstractRobustConnection:
        """Wait for RabbitMQ, declare the exchanges and queues of this service, and return the
        connection.

        The administrator may still be declaring the topology of a new RabbitMQ.
        Raises QueueMismatchError, and MissingTopologyError after a wait.
        """
        self._connection = await self._connect()
        missing_since = time.monotonic()
        while True:
            try:
                with translate_broker_errors():
                    await declare(
                        self._connection,
                        self._service,
                        self._service.queues,
                        self._service.exchanges,
                    )
                break
            except (BrokerUnavailableError, MissingTopologyError) as error:
                waited_s = time.monotonic() - missing_since
                if isinstance(error, MissingTopologyError) and waited_s >= self._missing_timeout_s:
                    raise
                log.warning("waiting for RabbitMQ's exchanges and queues", reason=str(error))
                await asyncio.sleep(1)
        channel = await self._connection.channel(publisher_confirms=True, on_return_raises=True)
        self._exchanges = {
            e.name: await channel.get_exchange(e.name, ensure=False) for e in self._service.writes
        }
        return self._connection

    @property
    def is_connected(self) -> bool:
        """Whether the connection to RabbitMQ is open now."""
        return (
            bool(self._exchanges)
            and self._connection is not None
            and self._connection.connected.is_set()
        )

    def check(self) -> str | None:
        """Return a reason while RabbitMQ is unavailable."""
        return None if self.is_connected else "RabbitMQ is unavailable"

    def check_waiting(self) -> str | None:
        """Return a reason while a message has been unconfirmed for over ten seconds."""
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
        """Publish and wait for the broker's confirmation.

        Raises BrokerUnavailableError without a confirmation within half a minute, NotRoutedError
        after declaring the queues again, and MessageTooLargeError.
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
        unrouted_key: str | None = None,
    ) -> None:
        """Publish, and retry while RabbitMQ is unavailable. Consumers recognise the repeated id.

        A message that twice found no queue gets ``unrouted_key``, if given. A wait of over ten
        seconds is logged, measured and returned by ``check_waiting``. Raises MessageTooLargeError.
        """
        pause, unconfirmed, returned = 0.05, self._unconfirmed[exchange.name], 0
        with unconfirmed.track():
            while True:
                try:
                    return await self.publish(
                        exchange, body, message_id=message_id, kind=kind, routing_key=routing_key
                    )
                except BrokerUnavailableError as error:
                    unconfirmed.record_failure(str(error))
                    returned += isinstance(error, NotRoutedError)
                if unrouted_key is not None and returned > 1:
                    routing_key = unrouted_key
                await asyncio.sleep(pause)
                pause = min(pause * 2, 2.0)

    async def _declare_again(self, exchange: topology.Exchange, routing_key: str) -> None:
        """Declare the queues of this message again, because they may have been deleted.

        Raises NotRoutedError with the missing queue, if the service may not declare it.
        """
        queues = self._service.queues_for(exchange, routing_key)
        message = (exchange.name, routing_key)
        if message in self._declaring or self._connection is None or not queues:
            return
        self._declaring.add(message)
        try:
            with (
                contextlib.suppress(BrokerUnavailableError, QueueMismatchError),
                translate_broker_errors(),
            ):
                await declare(self._connection, self._service, queues)
                log.warning("no queue was bound, declared it again", exchange=exchange.name)
        except MissingTopologyError as error:
            raise NotRoutedError(str(error)) from error
        finally:
            self._declaring.remove(message)

    async def close(self) -> None:
        """Close the connection. Give up after five seconds, because aio-pika would wait for an
        unavailable broker.
        """
        if self._connection is None:
            return
        try:
            async with asyncio.timeout(5):
                await self._connection.close()
        except _UNAVAILABLE:
            log.warning("RabbitMQ was unavailable while the connection was closed")
