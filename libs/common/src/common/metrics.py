"""Metrics that every process has, and the page that Prometheus reads.

Label values come from closed sets, never from ids of data.
"""

from __future__ import annotations

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

READY = Gauge("mboc_ready", "1 while this process works, else 0.")
EVENT_LOOP_LAG = Histogram(
    "mboc_event_loop_lag_seconds",
    "How late the event loop ran a task that was due. Every message waits this long in addition.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5),
)
BROKER_RECONNECTS = Counter(
    "mboc_broker_reconnects_total", "Connections to RabbitMQ that were lost and restored."
)
MONGODB_FAILURES = Counter(
    "mboc_mongodb_failures_total",
    (
        "Operations that failed because MongoDB was unavailable or had no primary. They are tried "
        "again until they succeed."
    ),
)
PUBLISH_WAITING = Gauge(
    "mboc_publish_waiting_seconds",
    (
        "How long the oldest message to an exchange has waited for RabbitMQ's confirmation. "
        "0 = none waits."
    ),
    ["exchange"],
)
DEAD_LETTERS = Counter(
    "mboc_dead_letters_total",
    "Messages that this process dead-lettered, as unreadable or because their handler failed.",
    ["exchange"],
)
UNEXPECTED_ERRORS = Counter(
    "mboc_http_unexpected_errors_total",
    "Requests that failed because of an unexpected error. The log has a line for each.",
    ["route"],
)
HTTP_REFUSED = Counter(
    "mboc_http_refused_total",
    "Connections and requests that exceeded a limit of the HTTP server.",
    ["reason"],
)


def metrics_route() -> Route:
    """Return ``GET /metrics`` in Prometheus' text format."""
    # Otherwise every counter and histogram has one more series, which no dashboard reads.
    disable_created_metrics()  # type: ignore[no-untyped-call]

    def page(_: Request) -> Response:
        return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)

    return Route("/metrics", page)
