"""The life of a process: serve HTTP, work until SIGTERM, then finish the work in hand."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys
import time
from functools import partial
from typing import TYPE_CHECKING, Literal, cast

import structlog
import uvicorn
import uvloop

from common.errors import TopologyError
from common.http_server.edge import Edge
from common.http_server.headers import STRICT_HEADERS
from common.http_server.limits import DEFAULT_LIMITS, HttpLimits
from common.http_server.outer_layer import OuterLayer
from common.http_server.protocol import LimitedProtocol
from common.metrics import EVENT_LOOP_LAG

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Mapping

    from starlette.types import ASGIApp

log = structlog.get_logger()
LAG_INTERVAL_S = 0.5


class AddressError(Exception):
    """The process cannot listen on the HTTP address. ``str()`` names the address and the reason."""


def run(serve: Callable[[asyncio.Event], Coroutine[None, None, None]]) -> None:
    """Run ``serve`` until SIGTERM or SIGINT sets its event. ``serve`` then shuts down by itself.

    A process that cannot start prints the reason and ends with exit code 2.
    """
    try:
        uvloop.run(_until_asked(serve))
    except (AddressError, TopologyError) as error:
        sys.stderr.write(f"Cannot start: {error}\n")
        raise SystemExit(2) from None


class _Stop(asyncio.Event):
    """The event that requests the stop. A process that does not wait for it yet is still
    starting.
    """

    is_awaited = False

    async def wait(self) -> Literal[True]:
        """Return when the stop is requested."""
        self.is_awaited = True
        return await super().wait()


async def _until_asked(serve: Callable[[asyncio.Event], Coroutine[None, None, None]]) -> None:
    stop = _Stop()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    measuring = asyncio.create_task(_measure_lag())
    serving = asyncio.create_task(serve(stop))
    stopping = asyncio.create_task(asyncio.Event.wait(stop))
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if stop.is_awaited and not serving.done():
        log.info("stopping: finishing the work in hand")
    try:
        await _end(serving, is_starting=not stop.is_awaited)
    finally:
        measuring.cancel()


async def _end(serving: asyncio.Task[None], *, is_starting: bool) -> None:
    """Wait until the process has finished its work. Cancel a process that still waits for its
    servers, because it has no work in hand.
    """
    if serving.done() or not is_starting:
        await serving
        return
    log.info("stopping before it was ready")
    serving.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await serving


async def _measure_lag() -> None:
    """Measure the lag of the event loop until cancelled."""
    while True:
        due = time.monotonic() + LAG_INTERVAL_S
        await asyncio.sleep(LAG_INTERVAL_S)
        EVENT_LOOP_LAG.observe(max(0.0, time.monotonic() - due))


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers, because the process decides when to stop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Install no signal handler."""
        yield


@contextlib.asynccontextmanager
async def serve_http(
    app: ASGIApp,
    host: str,
    port: int,
    limits: HttpLimits = DEFAULT_LIMITS,
    headers: Mapping[str, str] = STRICT_HEADERS,
) -> AsyncIterator[None]:
    """Serve the app over HTTP inside this block, within the limits, and with these headers on each
    answer. Raises AddressError.
    """
    listener = _listener(host, port)
    config = uvicorn.Config(
        OuterLayer(app, headers),
        host=host,
        port=port,
        http=cast("type[asyncio.Protocol]", partial(LimitedProtocol, Edge(limits))),
        ws="none",
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_keep_alive=limits.idle_s,
        timeout_graceful_shutdown=5,
    )
    # uvicorn would trust the headers of any process on this machine. The services that need a
    # client's address read the headers themselves.
    config.proxy_headers = False
    server = _Server(config)
    task = asyncio.create_task(server.serve([listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await task


def _listener(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=2048
        )
    except OSError as error:
        raise AddressError(
            f"{host} port {port} cannot be listened on: {str(error.strerror).partition(' (')[0]}."
        ) from error


@contextlib.asynccontextmanager
async def run_background(*works: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Run these coroutines during the block. An error in one of them ends the block, and the end of
    the block cancels them.
    """
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_raise_if_cancelled(work)) for work in works]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()


async def _raise_if_cancelled(work: Coroutine[None, None, None]) -> None:
    """Raise an error when the coroutine was cancelled without a request. RabbitMQ's client library
    cancels tasks that wait for the broker, and the task group would ignore that silently.
    """
    try:
        await work
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise RuntimeError("a background task was cancelled without a request") from error
