from __future__ import annotations

from prometheus_client import REGISTRY

from common.broker import count_reconnect
from common.health import Readiness


def test_readiness_is_asked_when_prometheus_looks() -> None:
    readiness, reasons = Readiness(), ["RabbitMQ is unavailable"]
    readiness.watch(lambda: next(iter(reasons), None))

    before = REGISTRY.get_sample_value("mboc_ready")
    reasons.clear()

    assert (before, REGISTRY.get_sample_value("mboc_ready")) == (0, 1)


def test_a_connection_made_again_is_counted() -> None:
    before = REGISTRY.get_sample_value("mboc_broker_reconnects_total") or 0

    count_reconnect(object())

    assert REGISTRY.get_sample_value("mboc_broker_reconnects_total") == before + 1
