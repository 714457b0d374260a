"""Logs as one JSON line per event on standard output, for this code and the libraries alike."""

from __future__ import annotations

import json
import logging
import sys
from typing import TYPE_CHECKING, Any, TextIO

import structlog

from common.stack_trace import stack_trace_of
from common.traces.spans import CURRENT_SPAN

if TYPE_CHECKING:
    from collections.abc import Callable

    Forward = Callable[[str], None]

_SILENCED = (
    "aio_pika",
    "aiormq",
    "faststream",
    "uvicorn.access",
    "uvicorn.error",
    "pymongo",
    "motor",
    "stamina",
    "opentelemetry",
)


def configure_logs(service: str, replica: str, level: str, forward: Forward | None = None) -> None:
    """Write each log line to standard output as JSON with time, level, service and replica.

    A line about one change also has its trace id. ``forward`` receives each line too.
    """

    def add_names(
        _: object, __: str, event: structlog.typing.EventDict
    ) -> structlog.typing.EventDict:
        event.update(service=service, replica=replica)
        span = CURRENT_SPAN.get()
        if span is not None and span.traceparent is not None:
            event["trace_id"] = span.trace_id
        return event

    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        add_names,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(_render_stack_trace),
    ]
    structlog.configure(
        processors=[
            *shared,
            structlog.processors.JSONRenderer(serializer=_to_json),
            *([_forwarding_to(forward)] if forward else []),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    handler = _Handler(forward or (lambda _: None))
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processor=structlog.processors.JSONRenderer(), foreign_pre_chain=shared
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    # A reconnect causes bursts of harmless errors in these loggers. This code logs it once.
    for name in _SILENCED:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _render_stack_trace(exc_info: structlog.typing.ExcInfo) -> str:
    """Return the stack trace without the error's text, which may quote a payload."""
    return stack_trace_of(exc_info[1])


class _Handler(logging.StreamHandler[TextIO]):
    """Writes log lines of libraries, and forwards each written line."""

    def __init__(self, forward: Forward) -> None:
        super().__init__(sys.stdout)
        self._forward = forward

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        self._forward(line)
        return line


def _forwarding_to(forward: Forward) -> structlog.typing.Processor:
    """Return the last processor, which forwards the finished line. Its cost is one append."""

    def forward_line(_: object, __: str, line: Any) -> str:
        forward(line)
        return str(line)

    return forward_line


def _to_json(event: dict[str, object], **_: object) -> str:
    """Encode without a fallback for foreign types, which is twice as fast. The lines of this code
    need no fallback. Other values are encoded as text.
    """
    try:
        return json.dumps(event)
    except TypeError:
        return json.dumps(event, default=str)
