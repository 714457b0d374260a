"""Exports spans to a collector by OTLP over HTTP from a thread of its own. The work never waits for
the export and never fails with it.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import structlog
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio
from opentelemetry.util.re import parse_env_headers

from common.release import RELEASE
from common.traces.metrics import SPANS_DROPPED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opentelemetry.sdk.trace import ReadableSpan

    from common.settings import TraceSettings

log = structlog.get_logger()
MAX_SPANS = 4_000
SPANS_BATCH = 512
EXPORT_INTERVAL_MS = 1_000
FLUSH_TIMEOUT_S, ABORT_TIMEOUT_S = 2.0, 0.5


class Collector:
    """The exporter to one collector, and the tracer of its spans."""

    def __init__(self, settings: TraceSettings, service: str, replica: str) -> None:
        headers = parse_env_headers(settings.collector_headers.get_secret_value(), liberal=True)
        self._counting = CountingExporter(
            OTLPSpanExporter(f"{settings.collector.rstrip('/')}/v1/traces", headers=headers)
        )
        self._processor = BoundedSpanProcessor(self._counting)
        resource = Resource.create(
            {
                "service.namespace": "mboc",
                "service.name": service,
                "service.instance.id": replica,
                "service.version": RELEASE,
            }
        )
        provider = TracerProvider(
            ParentBasedTraceIdRatio(settings.trace_share), resource, shutdown_on_exit=False
        )
        provider.add_span_processor(self._processor)
        self.tracer = provider.get_tracer("mboc", RELEASE)

    async def close(self) -> None:
        """Export the remaining spans. Spans that the collector does not accept within two seconds
        are lost.
        """
        leaving = threading.Thread(target=self._processor.shutdown, daemon=True)
        leaving.start()
        await asyncio.to_thread(leaving.join, FLUSH_TIMEOUT_S)
        if leaving.is_alive():
            self._counting.shutdown()
            await asyncio.to_thread(leaving.join, ABORT_TIMEOUT_S)


class CountingExporter(SpanExporter):
    """Counts dropped spans, and logs once when the collector becomes unavailable and once when it
    is available again.
    """

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._is_unavailable = False
        self.taken = 0

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Export one batch. Only the processor's thread calls this method."""
        self.taken += len(spans)
        result = self._exporter.export(spans)
        is_unavailable = result is not SpanExportResult.SUCCESS
        if is_unavailable:
            SPANS_DROPPED.inc(len(spans))
        if is_unavailable and not self._is_unavailable:
            log.warning("the collector does not accept traces, they are dropped and counted")
        if self._is_unavailable and not is_unavailable:
            log.info("the collector accepts traces again")
        self._is_unavailable = is_unavailable
        return result

    def shutdown(self) -> None:
        """Stop waiting for the collector."""
        self._exporter.shutdown()


class BoundedSpanProcessor(SpanProcessor):
    """Holds a bounded number of spans until they are exported. It drops and counts the others,
    where the library would log each one.
    """

    def __init__(self, exporter: CountingExporter, most: int = MAX_SPANS) -> None:
        self._exporter = exporter
        self._most = most
        self._given = 0
        self._batches = BatchSpanProcessor(
            exporter,
            max_queue_size=2 * most,
            schedule_delay_millis=EXPORT_INTERVAL_MS,
            max_export_batch_size=SPANS_BATCH,
        )

    def on_end(self, span: ReadableSpan) -> None:
        """Queue a finished span.

        Only the event loop's thread writes ``_given``, and only the exporter's thread writes
        ``taken``, so neither needs a lock.
        """
        if self._given - self._exporter.taken >= self._most:
            SPANS_DROPPED.inc()
            return
        self._given += 1
        self._batches.on_end(span)

    def shutdown(self) -> None:
        """Export the remaining spans."""
        self._batches.shutdown()  # type: ignore[no-untyped-call]
