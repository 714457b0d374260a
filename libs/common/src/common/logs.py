"""One JSON line per event on standard output, from our own code and from the libraries alike."""

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
    """Send every log line to standard output as JSON with time, level, service, replica and, of
    work for one change, its trace; ``forward`` gets each line too.
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
    for name in (
        _SILENCED
    ):  # a reconnect makes bursts of harmless errors here; our own code says once what happened
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _render_stack_trace(exc_info: structlog.typing.ExcInfo) -> str:
    """Return where the error was raised; its own text may quote a payload."""
    return stack_trace_of(exc_info[1])


class _Handler(logging.StreamHandler[TextIO]):
    """Writes the libraries' lines, and hands each one on as it was written."""

    def __init__(self, forward: Forward) -> None:
        super().__init__(sys.stdout)
        self._forward = forward

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        self._forward(line)
        return line


def _forwarding_to(forward: Forward) -> structlog.typing.Processor:
    """Return the step behind the last one: the finished line is handed on as it stands, which
    costs an append.
    """

    def forward_line(_: object, __: str, line: Any) -> str:
        forward(line)
        return str(line)

    return forward_line


def _to_json(event: dict[str, object], **_: object) -> str:
    """Encode without a fallback for foreign types: twice as fast, and our own lines hold none;
    anything else is shown as text.
    """
    try:
        return json.dumps(event)
    except TypeError:
        return json.dumps(event, default=str)
