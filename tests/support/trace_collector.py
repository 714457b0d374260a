"""A fake collector of traces that takes spans by OTLP over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True)
class CollectedSpan:
    """One span."""

    service: str
    name: str
    kind: str
    trace_id: str
    span_id: str
    parent_id: str
    attributes: dict[str, Any]
    failed: bool


class FakeTraceCollector:
    """Listens on a port of its own and rejects every other request."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.spans: list[CollectedSpan] = []
        self.bodies = b""
        self.keys = set[str]()
        self._port = port
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Start to listen."""
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_post("/v1/traces", self._take)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()

    async def stop(self) -> None:
        """Stop to listen, so that the collector is unavailable."""
        if self._runner is not None:
            await self._runner.cleanup()

    def trace(self, trace_id: str) -> list[CollectedSpan]:
        """Return the spans of one trace."""
        return [span for span in self.spans if span.trace_id == trace_id]

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.bodies += body
        self.keys.add(request.headers.get("x-key", ""))
        for told in ExportTraceServiceRequest.FromString(body).resource_spans:
            service = next(
                one.value.string_value
                for one in told.resource.attributes
                if one.key == "service.name"
            )
            self.spans += [
                _collected_span(service, span) for scope in told.scope_spans for span in scope.spans
            ]
        return web.Response(content_type="application/x-protobuf")


def _collected_span(service: str, span: Any) -> CollectedSpan:
    attributes = {
        one.key: getattr(one.value, one.value.WhichOneof("value")) for one in span.attributes
    }
    kind, failed = (
        span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_").lower(),
        span.status.code == span.status.STATUS_CODE_ERROR,
    )
    return CollectedSpan(
        service,
        span.name,
        kind,
        span.trace_id.hex(),
        span.span_id.hex(),
        span.parent_span_id.hex(),
        attributes,
        failed,
    )
