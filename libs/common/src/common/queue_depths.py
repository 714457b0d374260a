"""How many messages wait in queues, asked of RabbitMQ without touching the queues."""

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
    """Asks on a connection that it is given once there is one; messages that a consumer has in
    hand do not count.
    """

    def __init__(self) -> None:
        self._connection: AbstractRobustConnection | None = None

    def use(self, connection: AbstractRobustConnection) -> None:
        """Ask on this connection from now on."""
        self._connection = connection

    @property
    def server_version(self) -> str | None:
        """Which RabbitMQ it is, as far as is known."""
        transport = self._connection.transport if self._connection else None
        found = transport.connection.server_properties.get("version") if transport else None
        return found.decode() if isinstance(found, bytes) else str(found) if found else None

    async def of(self, queues: Iterable[str]) -> dict[str, int]:
        """Return the messages that wait in each queue, without those queues that there are not;
        raises BrokerAwayError.
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
    """Ask on channels outside aio-pika's care: it would restore one that RabbitMQ closes because a
    queue is not there.
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
