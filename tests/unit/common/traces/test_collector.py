from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Sequence

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from common.traces.collector import BoundedSpanProcessor, CountingExporter
from common.traces.metrics import SPANS_DROPPED


class Stuck(SpanExporter):
    """Accepts nothing until released."""

    def __init__(self) -> None:
        self.goes_on = threading.Event()
        self.got = 0

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.goes_on.wait(10)
        self.got += len(spans)
        return SpanExportResult.SUCCESS


class Refusing(SpanExporter):
    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:  # noqa: ARG002 - as called
        return SpanExportResult.FAILURE


def dropped() -> float:
    return float(SPANS_DROPPED._value.get())


def test_a_collector_that_hangs_never_makes_a_step_wait_and_what_is_too_much_is_counted() -> None:
    before, exporter = dropped(), Stuck()
    bounded, provider = (
        BoundedSpanProcessor(CountingExporter(exporter), most=600),
        TracerProvider(shutdown_on_exit=False),
    )
    provider.add_span_processor(bounded)
    tracer = provider.get_tracer("test")

    for _ in range(10_000):
        tracer.start_span("step").end()

    lost = dropped() - before
    exporter.goes_on.set()
    bounded.shutdown()
    assert lost > 0
    assert lost + exporter.got == 10_000


def test_what_the_collector_refuses_is_counted() -> None:
    before, sending = dropped(), CountingExporter(Refusing())

    sending.export([ReadableSpan("one"), ReadableSpan("two")])

    assert dropped() - before == 2
    assert sending.taken == 2


@pytest.mark.parametrize("service", ["ingest", "dispatcher", "portal_api"])
def test_a_service_without_a_collector_does_not_even_load_what_speaks_to_one(service: str) -> None:
    asked = (
        f"import sys, {service}.app; print(any(name.startswith(('opentelemetry.sdk', "
        "'opentelemetry.exporter')) for name in sys.modules))"
    )

    answer = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    )

    assert answer.stdout.strip() == "False"
