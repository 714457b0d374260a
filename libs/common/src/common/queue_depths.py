"""The numbers of waiting messages in queues, read from RabbitMQ without consuming."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aio_pika.exceptions import ChannelNotFoundEntity

from common.broker import translate_broker_errors
from common.errors import BrokerUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aio_pika.abc import AbstractRobustConnection
    from aiormq.abc import AbstractConnection

QUERY_TIMEOUT_S = 2.0


class QueueDepths:
    """Reads the depths of queues on a connection that is set later. Unacknowledged messages do not
    count.
    """

    def __init__(self) -> None:
        self._connection: AbstractRobustConnection | None = None

    def use(self, connection: AbstractRobustConnection) -> None:
        """Use this connection from now on."""
        self._connection = connection

    @property
    def server_version(self) -> str | None:
        """RabbitMQ's version, or None before the first connection."""
        transport = self._connection.transport if self._connection else None
        found = transport.connection.server_properties.get("version") if transport else None
        return found.decode() if isinstance(found, bytes) else str(found) if found else None

    async def of(self, queues: Iterable[str]) -> dict[str, int]:
        """Return the number of waiting messages by queue, without missing queues.

        Raises BrokerUnavailableError.
        """
        transport = (
            self._connection.transport
            if self._connection and self._connection.connected.is_set()
            else None
        )
        if transport is None:
            raise BrokerUnavailableError("not connected")
        with translate_broker_errors():
            async with asyncio.timeout(QUERY_TIMEOUT_S):
                return await _ask(transport.connection, queues)


async def _ask(connection: AbstractConnection, queues: Iterable[str]) -> dict[str, int]:
    """Declare the queues passively on channels outside aio-pika, because aio-pika would restore the
    channel that RabbitMQ closes for a missing queue.
    """
    found: dict[str, int] = {}
    channel = await connection.channel(publisher_confirms=False)
    try:
        for queue in queues:
            try:
                found[queue] = (await channel.queue_declare(queue, passive=True)).message_count or 0
            except ChannelNotFoundEntity:
                channel = await connection.channel(publisher_confirms=False)
    finally:
        await channel.close()
    return found
