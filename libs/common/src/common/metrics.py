"""What every process counts, and the page Prometheus reads. Label values come from closed sets, never from ids of data."""

from __future__ import annotations

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Gauge, generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

READY = Gauge("mboc_ready", "1 while this process does its work for real, else 0.")


def metrics_route() -> Route:
    """Return ``GET /metrics`` in Prometheus' text format."""

    def page(_: Request) -> Response:
        return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)

    return Route("/metrics", page)
