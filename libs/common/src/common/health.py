"""Health that proves work: alive = the event loop turns; ready = messages really come through."""

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
from common.broker import reaching_broker
from common.errors import BrokerAwayError
from common.metrics import READY

if TYPE_CHECKING:
    from collections.abc import Callable

    from aio_pika.abc import AbstractConnection, AbstractIncomingMessage, AbstractRobustConnection

BEAT_S = 3.0
STALE_S = 10.0


class Readiness:
    """The reasons why this process is not ready; none means ready."""

    def __init__(self) -> None:
        self._checks: list[Callable[[], str | None]] = [lambda: "still starting"]
        READY.set_function(lambda: 0.0 if self.reasons else 1.0)

    def watch(self, *checks: Callable[[], str | None]) -> None:
        """Be ready once starting is over and none of these checks names a reason."""
        self._checks = list(checks)

    @property
    def reasons(self) -> list[str]:
        """One sentence for each thing that is missing."""
        return [reason for check in self._checks if (reason := check())]


class Whole:
    """Whether a connection has everything that it had: after a loss its channels and consumers come
    back one by one, and each may take its time.
    """

    def __init__(self, connection: AbstractConnection) -> None:
        self._is_whole = True
        connection.close_callbacks.add(self._lost)
        if isinstance(connection, aio_pika.RobustConnection):
            connection.reconnect_callbacks.add(self._back)

    def check(self) -> str | None:
        """Say so when something is missing."""
        return None if self._is_whole else "RabbitMQ has not given back every consumer yet"

    def _lost(self, *_: object) -> None:
        self._is_whole = False

    def _back(self, *_: object) -> None:
        self._is_whole = True


class Loopback:
    """Sends itself a message every few seconds: a connection that looks open but carries
    nothing is found out.
    """

    def __init__(self, connection: AbstractRobustConnection) -> None:
        self._connection = connection
        self._whole = Whole(connection)
        self._heard_at = float("-inf")

    async def run(self) -> None:
        """Beat until cancelled; survives reconnections."""
        channel = await self._connection.channel(publisher_confirms=False)
        queue = await channel.declare_queue(
            f"amq_loopback.{uuid.uuid4().hex}",
            durable=True,
            arguments={"x-expires": topology.OWN_QUEUE_EXPIRES_MS},
        )
        await queue.consume(self._hear, no_ack=True)
        while True:
            with contextlib.suppress(BrokerAwayError), reaching_broker():
                async with asyncio.timeout(BEAT_S):
                    await channel.default_exchange.publish(
                        aio_pika.Message(b""), queue.name, mandatory=False
                    )
            await asyncio.sleep(BEAT_S)

    async def _hear(self, _: AbstractIncomingMessage) -> None:
        self._heard_at = time.monotonic()

    def check(self) -> str | None:
        """Say why the connection is not trusted, if so."""
        if not self._connection.connected.is_set():
            return "RabbitMQ is away"
        if time.monotonic() - self._heard_at > STALE_S:
            return "RabbitMQ does not bring this process its own messages back"
        return self._whole.check()


def health_routes(readiness: Readiness) -> list[Route]:
    """Return ``GET /health/live`` (200) and ``GET /health/ready`` (200, or 503
    with the reasons).
    """

    def live(_: Request) -> JSONResponse:
        return JSONResponse({"live": True})

    def ready(_: Request) -> JSONResponse:
        reasons = readiness.reasons
        return JSONResponse(
            {"ready": not reasons, "reasons": reasons}, status_code=503 if reasons else 200
        )

    return [Route("/health/live", live), Route("/health/ready", ready)]
