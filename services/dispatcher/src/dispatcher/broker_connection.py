"""The connection to RabbitMQ on which lanes and transactions are consumed."""

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
    """One connection without automatic recovery. Each consumer opens itself again.

    The client library's automatic recovery would also restore the consumers of lanes that another
    replica works by then.
    """

    def __init__(self, connect: Callable[[], Awaitable[AbstractConnection]]) -> None:
        self._connect = connect
        self._connection: AbstractConnection | None = None
        self._opening = asyncio.Lock()
        self._was_open = False

    @property
    def is_open(self) -> bool:
        """Whether the connection is open now."""
        transport = self._connection.transport if self._connection else None
        return transport is not None and transport.connection.is_opened

    async def get(self) -> AbstractConnection:
        """Return an open connection. Raises BrokerUnavailableError."""
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
        """Drop the connection that was lost, unless another one has replaced it."""
        if self._connection is closed:
            self._connection = None

    async def close(self) -> None:
        """Close the connection, for at most five seconds."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(BrokerUnavailableError), translate_broker_errors():
                async with asyncio.timeout(CLOSE_TIMEOUT_S):
                    await connection.close()
