"""A process that serves HTTP within small limits, so that tests of deadlines take no time.

``python -m tests.support.limited_server PORT``
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from common.health import Readiness, health_routes
from common.http_server.limits import HttpLimits
from common.logs import configure_logs
from common.metrics import metrics_route
from common.problem import install_for_plain_routes
from common.process import run, serve_http

SECRET_TEXT = "secret-in-an-exception"
LIMITS = HttpLimits(
    connections=20,
    head_s=0.4,
    body_s=0.5,
    body_rate=64 * 1024,
    idle_s=1,
    drain_s=0.3,
    linger_s=0.2,
)


async def size(request: Request) -> Response:
    """Answer with the size of the body, and the names of the headers after it."""
    body = await request.body()
    return PlainTextResponse(f"{len(body)} {'x-late' in request.headers}")


async def refusing(_: Request) -> Response:
    """Answer without a look at the body."""
    return PlainTextResponse("no", 401)


async def events(_: Request) -> Response:
    """Send an event every tenth of a second, for two seconds."""

    async def produce() -> AsyncIterator[str]:
        for number in range(20):
            yield f"data: {number}\n\n"
            await asyncio.sleep(0.1)

    return StreamingResponse(produce(), media_type="text/event-stream")


async def large(_: Request) -> Response:
    """Answer with 8 MiB."""
    return Response(b"x" * 8 * 1024 * 1024)


async def bug(_: Request) -> Response:
    """Fail with a text that must not be shown."""
    raise RuntimeError(SECRET_TEXT)


async def late_bug(_: Request) -> Response:
    """Fail after the answer has begun."""

    async def produce() -> AsyncIterator[str]:
        yield "begun"
        raise RuntimeError(SECRET_TEXT)

    return StreamingResponse(produce())


async def serve(port: int, stop: asyncio.Event) -> None:
    """Serve until asked to stop."""
    app = Starlette(
        routes=[
            Route("/size", size, methods=["POST"]),
            Route("/refusing", refusing, methods=["POST"]),
            Route("/events", events),
            Route("/large", large),
            Route("/bug", bug),
            Route("/late-bug", late_bug),
            *health_routes(Readiness()),
            metrics_route(),
        ]
    )
    install_for_plain_routes(app)
    async with serve_http(app, "127.0.0.1", port, LIMITS):
        await stop.wait()


if __name__ == "__main__":
    configure_logs("limited", "limited-1", "INFO")
    run(lambda stop: serve(int(sys.argv[1]), stop))
