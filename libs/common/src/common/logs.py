"""One JSON line per event on standard output, from our own code and from the libraries alike."""

from __future__ import annotations

import json
import logging
import sys
from typing import TYPE_CHECKING, Any, TextIO

import structlog

from common.stack_trace import stack_trace_of
from common.traces.spans import CURRENT

if TYPE_CHECKING:
    from collections.abc import Callable

    Keep = Callable[[str], None]

_NOISY = (
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


def configure_logs(service: str, replica: str, level: str, keep: Keep | None = None) -> None:
    """Send every log line to standard output as JSON with time, level, service, replica and, of
    work for one change, its trace; ``keep`` gets each line too.
    """

    def named(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        event.update(service=service, replica=replica)
        step = CURRENT.get()
        if step is not None and step.traceparent is not None:
            event["trace_id"] = step.trace_id
        return event

    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        named,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(_without_text),
    ]
    structlog.configure(
        processors=[
            *shared,
            structlog.processors.JSONRenderer(serializer=_plain),
            *([_handing_to(keep)] if keep else []),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    handler = _Handler(keep or (lambda _: None))
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processor=structlog.processors.JSONRenderer(), foreign_pre_chain=shared
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for name in (
        _NOISY
    ):  # a reconnect makes bursts of harmless errors here; our own code says once what happened
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _without_text(exc_info: structlog.typing.ExcInfo) -> str:
    """Return where the error was raised; its own text may quote a payload."""
    return stack_trace_of(exc_info[1])


class _Handler(logging.StreamHandler[TextIO]):
    """Writes the libraries' lines, and hands each one on as it was written."""

    def __init__(self, keep: Keep) -> None:
        super().__init__(sys.stdout)
        self._keep = keep

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        self._keep(line)
        return line


def _handing_to(keep: Keep) -> structlog.typing.Processor:
    """Return the step behind the last one: the finished line is handed on as it stands, which
    costs an append.
    """

    def hand(_: object, __: str, line: Any) -> str:
        keep(line)
        return str(line)

    return hand


def _plain(event: dict[str, object], **_: object) -> str:
    """Encode without a fallback for foreign types: twice as fast, and our own lines hold none;
    anything else is shown as text.
    """
    try:
        return json.dumps(event)
    except TypeError:
        return json.dumps(event, default=str)
