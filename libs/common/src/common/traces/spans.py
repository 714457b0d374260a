"""The steps of traces.

While traces are off, or where a trace is not sampled, a step only passes on which
trace it belongs to.
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
    """What records spans in this process; nothing while ``tracer`` is None."""

    tracer: trace.Tracer | None = None


RECORDER = SpanRecorder()
NOTHING: Attributes = {}


class Span:
    """One step; a block around it ends it.

    ``traceparent`` is what whatever follows from it is to be told.
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
        """Whether the step is told to a collector."""
        return self._recorded is not None

    @property
    def trace_id(self) -> str | None:
        """The id that all steps of the trace share."""
        return trace_id_of(self.traceparent)

    def start_child(
        self, name: str, kind: SpanKind, attributes: Callable[[], Attributes] = dict
    ) -> Span:
        """Begin a step that follows from this one, in this process; one that nobody records stands
        for all that follow from it.
        """
        return (
            self if self._recorded is None else start_span(name, kind, self.traceparent, attributes)
        )

    def set_attributes(self, **attributes: str | int | None) -> None:
        """Add what is known by now; a name's double underscores stand for dots."""
        if self._recorded is not None:
            self._recorded.set_attributes(
                {
                    name.replace("__", "."): value
                    for name, value in attributes.items()
                    if value is not None
                }
            )

    def failed(self, what: str) -> None:
        """Say that the step failed: a code, a status or a class, never an error's own words, which
        may quote a payload.
        """
        if self._recorded is not None:
            self._recorded.set_status(StatusCode.ERROR)
            self._recorded.set_attribute("error.type", what)

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
        """End the step now, with an error of this class if there was one."""
        if self._recorded is not None:
            if error is not None:
                self.failed(error.__qualname__)
            self._recorded.end()


CURRENT_SPAN: ContextVar[Span | None] = ContextVar("step", default=None)
"""The step that this task works for: its log lines and its calls belong to the same trace."""


@contextlib.contextmanager
def use_span(span: Span) -> Iterator[None]:
    """Work for this step inside the block."""
    token = CURRENT_SPAN.set(span)
    try:
        yield
    finally:
        CURRENT_SPAN.reset(token)


def current_traceparent() -> str | None:
    """Return what a call made now is to be told of its trace."""
    span = CURRENT_SPAN.get()
    return None if span is None else span.traceparent


def start_span(
    name: str, kind: SpanKind, parent: str | None, attributes: Callable[[], Attributes] = dict
) -> Span:
    """Begin a step that follows from another one; ``attributes`` are asked for only
    when it is recorded.
    """
    if RECORDER.tracer is None or not is_sampled(parent):
        return Span(parent)
    return _recorded(RECORDER.tracer, name, kind, parent, attributes())


def start_trace(
    name: str, kind: SpanKind, parent: str | None, attributes: Callable[[], Attributes] = dict
) -> Span:
    """Begin the first step of ours: part of the caller's trace when there is a parent, else of a
    new one, sampled or not as configured.
    """
    if RECORDER.tracer is None:
        return Span(parent or new_traceparent())
    return _recorded(RECORDER.tracer, name, kind, parent, attributes())


@contextlib.contextmanager
def end_all(spans: Sequence[Span]) -> Iterator[None]:
    """End these with the block: what it does, it does for all of them."""
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
