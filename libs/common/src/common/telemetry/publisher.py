"""Sends log lines about once a second, and a heartbeat every few seconds, on a connection of its
own.

Telemetry never delays or fails the work: unsent lines stay within the bounds of ``LogBuffer``, and
this module logs nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import aio_pika
from prometheus_client import Counter

from common import topology
from common.broker import count_reconnect, translate_broker_errors
from common.contracts.telemetry import Heartbeat, LogRecorded
from common.declare import declare
from common.errors import BrokerUnavailableError
from common.queue_depths import QueueDepths
from common.release import RELEASE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractRobustConnection

    from common.health import Readiness
    from common.telemetry.log_buffer import LogBuffer

    ReadFields = Callable[[QueueDepths], Awaitable[dict[str, Any]]]

SEND_INTERVAL_S = 1.0
HEARTBEAT_INTERVAL_S = 3.0
SEND_TIMEOUT_S = 5.0
CONNECT_TIMEOUT_S = 3.0
"""Less than the send timeout, because a connect that is cancelled half-way would continue by
itself.
"""
FIELDS_TIMEOUT_S = 2.5
CLOSE_TIMEOUT_S = 2.0
LINES_BATCH = 500
HEARTBEAT_EXPIRES_S = 30
"""The broker drops a heartbeat that was not consumed within this time, because late heartbeats
would make dead replicas look alive.
"""
MISSED = Counter(
    "mboc_telemetry_missed_total", "Rounds in which log lines or heartbeat could not be sent."
)


class TelemetryPublisher:
    """Sends this replica's heartbeats and log lines to portal-api."""

    def __init__(
        self, url: str, service: str, replica: str, lines: LogBuffer, readiness: Readiness
    ) -> None:
        self._url = url
        self._service = service
        self._replica = replica
        self._lines = lines
        self._readiness = readiness
        self._started_at = datetime.now(UTC)
        self._boot = secrets.token_hex(4)
        self._messages = 0
        self._batch: list[str] = []
        self._read_fields: ReadFields | None = None
        self._fields: dict[str, Any] = {}
        self._connection: AbstractRobustConnection | None = None
        self._channel: AbstractChannel | None = None
        self._exchange: AbstractExchange | None = None
        self._depths = QueueDepths()
        self._last_heartbeat: tuple[float, list[str]] = (float("-inf"), [])

    def add_heartbeat_fields(self, read_fields: ReadFields) -> None:
        """Add the fields that ``read_fields`` returns to each heartbeat. It may query RabbitMQ."""
        self._read_fields = read_fields

    @contextlib.asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        """Send inside this block. Afterwards send the remaining lines and a last heartbeat, in two
        seconds at most.
        """
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await self._within(CLOSE_TIMEOUT_S, self._leave)
            await self._within(CLOSE_TIMEOUT_S, self._close)

    async def _run(self) -> None:
        """Send until cancelled.

        A step that fails while it is cancelled loses the cancellation, but the task still records
        it.
        """
        task = asyncio.current_task()
        while task is None or not task.cancelling():
            await self._within(SEND_TIMEOUT_S, self._tick)
            await asyncio.sleep(SEND_INTERVAL_S)

    async def _within(self, seconds: float, step: Callable[[], Awaitable[None]]) -> None:
        """Run a step with a timeout and count a failure. A failure of telemetry must never end the
        process.
        """
        try:
            with translate_broker_errors():
                async with asyncio.timeout(seconds):
                    await step()
        except Exception:  # noqa: BLE001 - see above
            MISSED.inc()

    async def _tick(self) -> None:
        exchange = await self._open_exchange()
        await self._send_lines(exchange)
        sent_at, reasons = self._last_heartbeat
        if time.monotonic() - sent_at >= HEARTBEAT_INTERVAL_S or self._readiness.reasons != reasons:
            await self._refresh_fields()
            await self._send_heartbeat(exchange)

    async def _open_exchange(self) -> AbstractExchange:
        """Return the exchange, and connect first when needed. The connection then restores
        itself.
        """
        if self._connection is None:
            properties: dict[str, Any] = {
                "connection_name": f"{self._service} {self._replica} telemetry"
            }
            self._connection = await aio_pika.connect_robust(
                self._url,
                client_properties=properties,
                reconnect_interval=1,
                fail_fast=True,
                timeout=CONNECT_TIMEOUT_S,
            )
            self._connection.reconnect_callbacks.add(count_reconnect)
            self._depths.use(self._connection)
        if self._exchange is None:
            self._channel = self._channel or await self._connection.channel(publisher_confirms=True)
            await declare(
                self._connection,
                topology.SERVICES[self._service],
                [topology.PORTAL_API_TELEMETRY],
            )
            self._exchange = await self._channel.get_exchange(topology.TELEMETRY.name, ensure=False)
        return self._exchange

    async def _send_lines(self, exchange: AbstractExchange) -> None:
        """Send all waiting lines. An unconfirmed batch is sent first, under the same id."""
        while True:
            if not self._batch:
                self._batch = self._lines.take(LINES_BATCH)
                self._messages += 1
            if not self._batch:
                return
            body = f"[{','.join(self._batch)}]".encode()
            message = aio_pika.Message(
                body,
                delivery_mode=2,
                message_id=f"{self._boot}.{self._messages:x}",
                type=LogRecorded.__name__,
            )
            await exchange.publish(message, f"log.{self._service}", mandatory=False)
            self._batch = []

    async def _refresh_fields(self) -> None:
        """Read the further fields of the heartbeat. After a failure the last known fields are sent
        again.
        """
        if self._read_fields is not None:
            with contextlib.suppress(BrokerUnavailableError, TimeoutError):
                async with asyncio.timeout(FIELDS_TIMEOUT_S):
                    self._fields = await self._read_fields(self._depths)

    async def _send_heartbeat(self, exchange: AbstractExchange, *, leaving: bool = False) -> None:
        reasons = self._readiness.reasons
        heartbeat = Heartbeat(
            service=self._service,
            replica=self._replica,
            release=RELEASE,
            started_at=self._started_at,
            at=datetime.now(UTC),
            ready=not reasons,
            reasons=tuple(reasons),
            leaving=leaving,
            lines_dropped=self._lines.dropped,
            **self._fields,
        )
        message = aio_pika.Message(
            heartbeat.model_dump_json().encode(),
            delivery_mode=1,
            type=Heartbeat.__name__,
            expiration=HEARTBEAT_EXPIRES_S,
        )
        await exchange.publish(message, f"heartbeat.{self._service}", mandatory=False)
        self._last_heartbeat = (time.monotonic(), reasons)

    async def _leave(self) -> None:
        if self._exchange is not None:
            await self._send_lines(self._exchange)
            await self._send_heartbeat(self._exchange, leaving=True)

    async def _close(self) -> None:
        if self._connection is not None:
            await self._connection.close()
