"""Health and metrics. The simulator needs no server, so it is ready as soon as it listens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest

if TYPE_CHECKING:
    from common.health import Readiness


def health(readiness: Readiness) -> list[web.RouteDef]:
    """Return ``GET /health/live``, ``/health/ready``, ``/health/consuming`` and ``/metrics``."""

    async def live(_: web.Request) -> web.Response:
        return web.json_response({"live": True})

    async def ready(_: web.Request) -> web.Response:
        reasons = readiness.reasons
        return web.json_response(
            {"ready": not reasons, "reasons": reasons}, status=503 if reasons else 200
        )

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(
            body=generate_latest(REGISTRY), headers={"Content-Type": CONTENT_TYPE_LATEST}
        )

    return [
        web.get("/health/live", live),
        web.get("/health/ready", ready),
        web.get("/health/consuming", ready),
        web.get("/metrics", metrics),
    ]
