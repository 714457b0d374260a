"""The spans of traces.

While traces are off, or where a trace is not sampled, a span only passes on its trace context.
"""

from __future__ import annotations

import contextlib
from contextvars import ContextVar
from typing import TYPE_CHECKING

from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)

from common.contracts.traceparent import is_sampled, new_traceparent, trace_id_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import TracebackType
    from typing import Self

    from opentelemetry import trace
    from opentelemetry.context import Context

    Attributes = Mapping[str, str | int]

__all__ = [
    "CURRENT_SPAN",
    "RECORDER",
    "Span",
    "SpanKind",
    "SpanRecorder",
    "current_traceparent",
    "end_all",
    "start_span",
    "start_trace",
    "use_span",
]


class SpanRecorder:
    """The tracer of this process. Spans are not recorded while ``tracer`` is None."""

    tracer: trace.Tracer | None = None


RECORDER = SpanRecorder()
NOTHING: Attributes = {}


class Span:
    """One span, which a ``with`` block ends.

    ``traceparent`` is the context for calls and messages that follow from this span.
    """

    __slots__ = ("_recorded", "attributes", "traceparent")

    def __init__(
        self,
        traceparent: str | None,
        attributes: Attributes = NOTHING,
        recorded: trace.Span | None = None,
    ) -> None:
        self.traceparent = traceparent
        self.attributes = attributes
        self._recorded = recorded

    @property
    def is_recorded(self) -> bool:
        """Whether the span is exported."""
        return self._recorded is not None

    @property
    def trace_id(self) -> str | None:
        """The id that all spans of the trace share."""
        return trace_id_of(self.traceparent)

    def start_child(
        self, name: str, kind: SpanKind, attributes: Callable[[], Attributes] = dict
    ) -> Span:
        """Start a span that follows from this one in this process. An unrecorded span is its own
        child.
        """
        return (
            self if self._recorded is None else start_span(name, kind, self.traceparent, attributes)
        )

    def set_attributes(self, **attributes: str | int | None) -> None:
        """Add attributes. Double underscores in a name stand for dots."""
        if self._recorded is not None:
            self._recorded.set_attributes(
                {
                    name.replace("__", "."): value
                    for name, value in attributes.items()
                    if value is not None
                }
            )

    def failed(self, reason: str) -> None:
        """Mark the span as failed with a code, a status or a class, never with an error's text,
        which may quote a payload.
        """
        if self._recorded is not None:
            self._recorded.set_status(StatusCode.ERROR)
            self._recorded.set_attribute("error.type", reason)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        if self._recorded is not None:
            self.end(kind)

    def end(self, error: type[BaseException] | None = None) -> None:
        """End the span now, with the class of the error if there was one."""
        if self._recorded is not None:
            if error is not None:
                self.failed(error.__qualname__)
            self._recorded.end()


CURRENT_SPAN: ContextVar[Span | None] = ContextVar("step", default=None)
"""The span of this task. Its log lines and calls belong to the same trace."""


@contextlib.contextmanager
def use_span(span: Span) -> Iterator[None]:
    """Make this span the current one inside the block."""
    token = CURRENT_SPAN.set(span)
    try:
        yield
    finally:
        CURRENT_SPAN.reset(token)


def current_traceparent() -> str | None:
    """Return the trace context for a call that is made now."""
    span = CURRENT_SPAN.get()
    return None if span is None else span.traceparent


def start_span(
    name: str, kind: SpanKind, parent: str | None, attributes: Callable[[], Attributes] = dict
) -> Span:
    """Start a span that follows from another one. ``attributes`` is called only for a recorded
    span.
    """
    if RECORDER.tracer is None or not is_sampled(parent):
        return Span(parent)
    return _recorded(RECORDER.tracer, name, kind, parent, attributes())


def start_trace(
    name: str, kind: SpanKind, parent: str | None, attributes: Callable[[], Attributes] = dict
) -> Span:
    """Start the first span of this process: in the caller's trace when there is a parent, else in a
    new trace, sampled as configured.
    """
    if RECORDER.tracer is None:
        return Span(parent or new_traceparent())
    return _recorded(RECORDER.tracer, name, kind, parent, attributes())


@contextlib.contextmanager
def end_all(spans: Sequence[Span]) -> Iterator[None]:
    """End these spans with the block, which works for all of them."""
    error: type[BaseException] | None = None
    try:
        yield
    except BaseException as raised:
        error = type(raised)
        raise
    finally:
        for span in spans:
            span.end(error)


def _recorded(
    tracer: trace.Tracer, name: str, kind: SpanKind, parent: str | None, attributes: Attributes
) -> Span:
    recorded = tracer.start_span(name, _context(parent), kind, attributes)
    ids = recorded.get_span_context()
    return Span(
        f"00-{ids.trace_id:032x}-{ids.span_id:016x}-{ids.trace_flags & TraceFlags.SAMPLED:02x}",
        attributes,
        recorded,
    )


def _context(parent: str | None) -> Context | None:
    if parent is None:
        return None
    _, trace_id, span_id, flags = parent.split("-")
    ids = SpanContext(
        int(trace_id, 16), int(span_id, 16), is_remote=True, trace_flags=TraceFlags(int(flags, 16))
    )
    return set_span_in_context(NonRecordingSpan(ids))
