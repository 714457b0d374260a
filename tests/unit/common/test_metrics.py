from __future__ import annotations

from prometheus_client import REGISTRY, Counter

from common.broker import count_reconnect
from common.health import Readiness


def test_readiness_is_asked_when_prometheus_looks() -> None:
    readiness, reasons = Readiness(), ["RabbitMQ is away"]
    readiness.watch(lambda: next(iter(reasons), None))

    before = REGISTRY.get_sample_value("mboc_ready")
    reasons.clear()

    assert (before, REGISTRY.get_sample_value("mboc_ready")) == (0, 1)


def test_a_connection_made_again_is_counted() -> None:
    before = REGISTRY.get_sample_value("mboc_broker_reconnects_total") or 0

    count_reconnect(object())

    assert REGISTRY.get_sample_value("mboc_broker_reconnects_total") == before + 1


def test_no_label_may_take_any_value() -> None:
    """A label that grows with the data fills Prometheus: those that could are named here, with where their values come from, in docs/metrics.md."""
    ids = {"delivery_id", "transaction_id", "appointment", "appointment_id", "replica", "user", "name", "path", "url"}

    labels = {label for metric in REGISTRY._collector_to_names if isinstance(metric, Counter) for label in metric._labelnames}

    assert not labels & ids
