"""Readiness and consuming: two checks for services that answer requests, one for workers."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from common import health
from common.health import Readiness, health_routes


def statuses(readiness: Readiness, *, serves_requests: bool) -> tuple[int, int]:
    """The statuses of /health/ready and /health/consuming."""
    routes = health_routes(readiness, serves_requests=serves_requests)
    answers = {route.path: route.endpoint(Request({"type": "http"})) for route in routes}
    return answers["/health/ready"].status_code, answers["/health/consuming"].status_code


@pytest.mark.parametrize("serves_requests", [True, False])
def test_a_process_that_starts_is_not_ready(*, serves_requests: bool) -> None:
    assert statuses(Readiness(), serves_requests=serves_requests) == (503, 503)


@pytest.mark.parametrize(("serves_requests", "ready"), [(True, 200), (False, 503)])
def test_without_a_server_only_a_service_that_answers_requests_is_ready(
    *, serves_requests: bool, ready: int
) -> None:
    readiness = Readiness()
    readiness.watch(lambda: "RabbitMQ is unavailable")

    assert statuses(readiness, serves_requests=serves_requests) == (ready, 503)


def test_a_service_that_starts_without_a_server_is_ready_after_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    readiness = Readiness()
    with readiness.waiting_for_servers():
        before = statuses(readiness, serves_requests=True)
        monkeypatch.setattr(health, "UNAVAILABLE_AFTER_S", 0.0)
        during = statuses(readiness, serves_requests=True)

    assert (before, during) == ((503, 503), (200, 503))
    assert statuses(readiness, serves_requests=True) == (503, 503)


def test_both_are_well_while_work_is_done() -> None:
    readiness = Readiness()
    readiness.watch(lambda: None)

    assert statuses(readiness, serves_requests=True) == (200, 200)
