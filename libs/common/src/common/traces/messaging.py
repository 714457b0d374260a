"""Spans of consumed and published messages, by OpenTelemetry's conventions for messaging."""

from __future__ import annotations

from typing import TYPE_CHECKING

from common.traces.spans import RECORDER, Span, SpanKind, start_span

if TYPE_CHECKING:
    from collections.abc import Callable

    from common.topology import Exchange
    from common.traces.spans import Attributes


def consume_span(
    verb: str, exchange: Exchange, parent: str | None, attributes: Callable[[], Attributes]
) -> Span:
    """Start the span of a consumed message of this exchange, named ``<verb> <exchange>``."""
    if RECORDER.tracer is None:
        return Span(parent)
    return start_span(
        f"{verb} {exchange.name}",
        SpanKind.CONSUMER,
        parent,
        lambda: _about("process", verb, exchange) | dict(attributes()),
    )


def publish_span(exchange: Exchange, span: Span) -> Span:
    """Start the child span of publishing a message to this exchange. It ends with the broker's
    confirmation.
    """
    if not span.is_recorded:
        return span
    return span.start_child(
        f"publish {exchange.name}", SpanKind.PRODUCER, lambda: _about("send", "publish", exchange)
    )


def _about(kind: str, verb: str, exchange: Exchange) -> dict[str, str | int]:
    return {
        "messaging.system": "rabbitmq",
        "messaging.operation.type": kind,
        "messaging.operation.name": verb,
        "messaging.destination.name": exchange.name,
    }
