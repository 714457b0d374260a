"""Health endpoints: the event loop runs, requests can be answered, messages are processed."""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from typing import TYPE_CHECKING

import aio_pika
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from common import topology
from common.broker import translate_broker_errors
from common.errors import BrokerUnavailableError
from common.metrics import READY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aio_pika.abc import AbstractConnection, AbstractIncomingMessage, AbstractRobustConnection

LOOPBACK_INTERVAL_S = 3.0
LOOPBACK_TIMEOUT_S = 10.0
UNAVAILABLE_AFTER_S = 10.0
"""A server counts as unavailable after a starting process has waited this long for it."""
STARTING = "still starting"


class Readiness:
    """The reasons why this process does not work. Without a reason it is ready."""

    def __init__(self) -> None:
        self._checks: list[Callable[[], str | None]] = [lambda: STARTING]
        self._has_started = False
        self._waits_since: float | None = None
        READY.set_function(lambda: 0.0 if self.reasons else 1.0)

    def watch(self, *checks: Callable[[], str | None]) -> None:
        """Finish the start. The process is ready while none of these checks returns a reason."""
        self._checks = list(checks)
        self._has_started = True

    @contextlib.contextmanager
    def waiting_for_servers(self) -> Iterator[None]:
        """Mark the block as a wait for RabbitMQ or MongoDB during the start."""
        self._waits_since = time.monotonic()
        try:
            yield
        finally:
            self._waits_since = None

    @property
    def reasons(self) -> list[str]:
        """One sentence for each failed check."""
        return [reason for check in self._checks if (reason := check())]

    @property
    def can_answer(self) -> bool:
        """Whether requests can be answered: after the start, or while the start waits for a server.

        Without RabbitMQ or MongoDB the answer may be a 503 with the reason.
        """
        waits_since = self._waits_since
        is_waiting = (
            waits_since is not None and time.monotonic() - waits_since > UNAVAILABLE_AFTER_S
        )
        return self._has_started or is_waiting


class ConnectionIntact:
    """The check that a connection has all its channels and consumers. After a loss the client
    library restores them one by one, and each may take time.
    """

    def __init__(self, connection: AbstractConnection) -> None:
        self._is_intact = True
        connection.close_callbacks.add(self._lost)
        if isinstance(connection, aio_pika.RobustConnection):
            connection.reconnect_callbacks.add(self._restored)

    def check(self) -> str | None:
        """Return a reason while channels or consumers are missing."""
        return None if self._is_intact else "RabbitMQ has not restored every consumer yet"

    def _lost(self, *_: object) -> None:
        self._is_intact = False

    def _restored(self, *_: object) -> None:
        self._is_intact = True


class Loopback:
    """Sends itself a message every few seconds, which detects a connection that looks open but
    carries nothing.
    """

    def __init__(
        self, connection: AbstractRobustConnection, service: topology.ServiceTopology
    ) -> None:
        self._connection = connection
        self._exchange = service.loopback
        self._intact = ConnectionIntact(connection)
        self._received_at = float("-inf")

    async def run(self) -> None:
        """Publish and consume until cancelled. Survives reconnections."""
        channel = await self._connection.channel(publisher_confirms=False)
        name = f"{self._exchange.name}.{uuid.uuid4().hex}"
        exchange = await channel.declare_exchange(
            self._exchange.name, self._exchange.type, durable=True
        )
        queue = await channel.declare_queue(
            name, durable=True, arguments={"x-expires": topology.OWN_QUEUE_EXPIRES_MS}
        )
        await queue.bind(exchange, name)
        await queue.consume(self._receive, no_ack=True)
        while True:
            with contextlib.suppress(BrokerUnavailableError), translate_broker_errors():
                async with asyncio.timeout(LOOPBACK_INTERVAL_S):
                    await exchange.publish(aio_pika.Message(b""), name, mandatory=False)
            await asyncio.sleep(LOOPBACK_INTERVAL_S)

    async def _receive(self, _: AbstractIncomingMessage) -> None:
        self._received_at = time.monotonic()

    def check(self) -> str | None:
        """Return a reason while the connection does not deliver messages."""
        if not self._connection.connected.is_set():
            return "RabbitMQ is unavailable"
        if time.monotonic() - self._received_at > LOOPBACK_TIMEOUT_S:
            return "RabbitMQ does not deliver this process's own messages"
        return self._intact.check()


def health_routes(readiness: Readiness, *, serves_requests: bool = False) -> list[Route]:
    """Return ``GET /health/live``, ``/health/ready`` and ``/health/consuming``, which answer 200,
    or 503 with the reasons.

    A service that ``serves_requests`` is ready when it can answer requests, so that the status page
    and its own 503 stay reachable while RabbitMQ or MongoDB is unavailable. Other services are
    ready when they process messages.
    """

    def live(_: Request) -> JSONResponse:
        return JSONResponse({"live": True})

    def ready(_: Request) -> JSONResponse:
        is_answering = serves_requests and readiness.can_answer
        return _answer("ready", [] if is_answering else readiness.reasons)

    def consuming(_: Request) -> JSONResponse:
        return _answer("consuming", readiness.reasons)

    return [
        Route("/health/live", live),
        Route("/health/ready", ready),
        Route("/health/consuming", consuming),
    ]


def _answer(name: str, reasons: list[str]) -> JSONResponse:
    return JSONResponse(
        {name: not reasons, "reasons": reasons}, status_code=503 if reasons else 200
    )
