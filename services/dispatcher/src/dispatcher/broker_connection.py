"""The connection to RabbitMQ that lanes and routing consume on, opened again when it is lost."""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from typing import TYPE_CHECKING

from common.broker import translate_broker_errors
from common.errors import BrokerUnavailableError
from common.metrics import BROKER_RECONNECTS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aio_pika.abc import AbstractConnection

CLOSE_TIMEOUT_S = 5.0


class BrokerConnection:
    """One connection that restores nothing by itself: who consumes on it decides what to reopen.

    A connection of the client library that restores itself would also restore the consumers of
    lanes that another replica works by then.
    """

    def __init__(self, connect: Callable[[], Awaitable[AbstractConnection]]) -> None:
        self._connect = connect
        self._connection: AbstractConnection | None = None
        self._opening = asyncio.Lock()
        self._was_open = False

    @property
    def is_open(self) -> bool:
        """Whether RabbitMQ can be reached on it now."""
        transport = self._connection.transport if self._connection else None
        return transport is not None and transport.connection.is_opened

    async def get(self) -> AbstractConnection:
        """Return the connection, opened if need be; raises BrokerUnavailableError."""
        async with self._opening:
            if self._connection is None or not self.is_open:
                if self._was_open:
                    BROKER_RECONNECTS.inc()
                connection = await self._connect()
                connection.close_callbacks.add(partial(self._on_close, connection))
                self._connection = connection
                self._was_open = True
            return self._connection

    def _on_close(self, closed: AbstractConnection, *_: object) -> None:
        """Forget the connection that was lost, unless another one has replaced it."""
        if self._connection is closed:
            self._connection = None

    async def close(self) -> None:
        """Close it; gives up after five seconds."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(BrokerUnavailableError), translate_broker_errors():
                async with asyncio.timeout(CLOSE_TIMEOUT_S):
                    await connection.close()
