from __future__ import annotations

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio

from common.contracts.traceparent import is_sampled, read_traceparent, trace_id_of
from common.traces.spans import RECORDER, SpanKind, end_all, start_span, start_trace

SAMPLED = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
UNWANTED = f"{SAMPLED[:-1]}0"


@pytest.fixture
def recorded() -> Iterator[InMemorySpanExporter]:
    yield from recording(1.0)


@pytest.fixture
def sampled_never() -> Iterator[InMemorySpanExporter]:
    yield from recording(0.0)


def recording(share: float) -> Iterator[InMemorySpanExporter]:
    exporter, provider = (
        InMemorySpanExporter(),
        TracerProvider(ParentBasedTraceIdRatio(share), shutdown_on_exit=False),
    )
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    RECORDER.tracer = provider.get_tracer("test")
    yield exporter
    RECORDER.tracer = None


def unasked() -> dict[str, str]:
    raise AssertionError("attributes of a span that is not recorded")


def test_while_traces_are_off_a_step_passes_its_trace_on_and_asks_nothing() -> None:
    with start_span("deliver deliveries", SpanKind.CONSUMER, SAMPLED, unasked) as step:
        step.set_attributes(mboc__attempt=1)
        step.failed("nothing to see")

    assert step.traceparent == SAMPLED


def test_while_traces_are_off_every_change_has_a_trace_id_all_the_same() -> None:
    with (
        start_trace("POST", SpanKind.SERVER, None) as own,
        start_trace("POST", SpanKind.SERVER, SAMPLED) as callers,
    ):
        pass

    assert own.traceparent == read_traceparent(own.traceparent or "")
    assert callers.traceparent == SAMPLED


def test_a_step_is_a_child_of_the_one_before_it_in_the_same_trace(
    recorded: InMemorySpanExporter,
) -> None:
    with (
        start_trace("accept", SpanKind.SERVER, None) as first,
        start_span("route", SpanKind.CONSUMER, first.traceparent) as second,
    ):
        pass

    child, parent = recorded.get_finished_spans()
    assert child.parent is not None
    assert (child.parent.span_id, child.parent.trace_id) == (
        parent.context.span_id,
        parent.context.trace_id,
    )
    assert first.trace_id == second.trace_id == f"{parent.context.trace_id:032x}"


def test_a_trace_that_is_not_sampled_costs_nothing_further(recorded: InMemorySpanExporter) -> None:
    with (
        start_span("route", SpanKind.CONSUMER, UNWANTED, unasked) as step,
        start_trace("accept", SpanKind.SERVER, UNWANTED),
    ):
        pass

    assert step.traceparent == UNWANTED
    assert not recorded.get_finished_spans()


def test_a_message_of_before_traces_is_no_harm(recorded: InMemorySpanExporter) -> None:
    with start_span("route", SpanKind.CONSUMER, None, unasked) as step:
        pass

    assert step.traceparent is None
    assert not recorded.get_finished_spans()


def test_the_share_decides_about_new_traces_and_not_about_a_callers(
    sampled_never: InMemorySpanExporter,
) -> None:
    with (
        start_trace("accept", SpanKind.SERVER, None) as own,
        start_trace("accept", SpanKind.SERVER, SAMPLED) as callers,
    ):
        pass

    assert not is_sampled(own.traceparent)
    assert trace_id_of(own.traceparent)
    assert is_sampled(callers.traceparent)
    assert len(sampled_never.get_finished_spans()) == 1


def test_an_error_is_recorded_by_its_class_and_never_by_its_words(
    recorded: InMemorySpanExporter,
) -> None:
    with (
        pytest.raises(ValueError, match="payload"),
        end_all([start_span("route", SpanKind.CONSUMER, SAMPLED)]),
    ):
        raise ValueError("the payload itself")

    [span] = recorded.get_finished_spans()
    assert span.attributes == {"error.type": "ValueError"}
    assert not span.status.is_ok
    assert not span.events
    assert span.status.description is None
