"""One change is one trace from the webhook to the stored record. An unavailable collector changes
nothing else.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest

from local_stack.servers.ports import random_free_port
from tests.support.builders import a_snapshot
from tests.support.metrics import series_value
from tests.support.system import SECRET, System, a_system, until
from tests.support.trace_collector import CollectedSpan, FakeTraceCollector

STEPS = {
    "POST /webhooks/{source}/appointment-updated": ("ingest", "server", None),
    "route transactions": ("dispatcher", "consumer", "POST /webhooks/{source}/appointment-updated"),
    "deliver deliveries": ("dispatcher", "consumer", "route transactions"),
    "POST": ("dispatcher", "client", "deliver deliveries"),
    "publish statuses": ("dispatcher", "producer", "deliver deliveries"),
    "record statuses": ("portal-api", "consumer", "publish statuses"),
}
"""Service, kind and parent of each span."""
AWAY, AGAIN = "the collector does not accept traces", "the collector accepts traces again"
RECORDING = ("ingest", "dispatcher", "portal-api")


@pytest.fixture(scope="module")
async def collector() -> AsyncIterator[FakeTraceCollector]:
    running = FakeTraceCollector(random_free_port())
    await running.start()
    yield running
    await running.stop()


@pytest.fixture(scope="module")
async def traced(
    collector: FakeTraceCollector, mongodb_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[System]:
    async with a_system(mongodb_url, tmp_path_factory.mktemp("traced")) as system:
        await asyncio.gather(
            *(
                system.start(
                    kind,
                    OTEL_EXPORTER_OTLP_ENDPOINT=collector.url,
                    OTEL_EXPORTER_OTLP_HEADERS="x-key=of%20this%20test",
                )
                for kind in RECORDING
            ),
            system.start("simulator"),
        )
        yield system


async def collected(
    collector: FakeTraceCollector, trace_id: str, spans: int
) -> list[CollectedSpan]:
    """Wait until the trace has this many spans, and return them."""

    async def ask() -> list[CollectedSpan] | None:
        found = collector.trace(trace_id)
        return found if len(found) >= spans else None

    return await until(ask, f"{spans} spans of {trace_id}")


async def details(system: System, transaction: str, status: str = "Success") -> dict[str, Any]:
    found = await system.delivery(transaction, status)
    return dict((await system.api("GET", f"/deliveries/{found['delivery_id']}"))[1])


async def test_one_change_is_one_trace_of_six_spans(
    traced: System, collector: FakeTraceCollector, app: str
) -> None:
    await traced.hook(app)

    delivery = await details(traced, await traced.change("update", a_snapshot(source_app=app)))

    spans = {
        span.name: span for span in await collected(collector, delivery["trace_id"], len(STEPS))
    }
    names = {span.span_id: span.name for span in spans.values()}
    assert {
        name: (span.service, span.kind, names.get(span.parent_id)) for name, span in spans.items()
    } == STEPS
    assert len(collector.trace(delivery["trace_id"])) == len(STEPS)
    assert not any(span.failed for span in spans.values())
    call = spans["POST"].attributes
    assert (call["mboc.connector_id"], call["mboc.system"], call["mboc.attempt"]) == (
        delivery["connector_id"],
        "Webhook",
        1,
    )
    assert (call["http.request.method"], call["http.response.status_code"]) == (
        "POST",
        delivery["http_status"],
    )
    assert collector.keys == {"of this test"}


async def test_the_trace_reaches_the_back_office_and_the_log_lines(
    traced: System, collector: FakeTraceCollector, app: str
) -> None:
    await traced.hook(app)

    delivery = await details(traced, await traced.change("update", a_snapshot(source_app=app)))

    spans = {
        span.name: span for span in await collected(collector, delivery["trace_id"], len(STEPS))
    }
    [record] = (await traced.simulated("GET", app, "/records"))["records"]
    sent = next(value for name, value in record["headers"].items() if name.lower() == "traceparent")
    assert sent == f"00-{delivery['trace_id']}-{spans['POST'].span_id}-01"
    lines = await logged(traced, delivery["trace_id"])
    assert {(line["event"], line["fields"]["trace_id"]) for line in lines} == {
        ("attempt", delivery["trace_id"])
    }


async def test_without_a_collector_there_is_a_trace_id_all_the_same(
    system: System, app: str
) -> None:
    await system.hook(app)

    delivery = await details(system, await system.change("update", a_snapshot(source_app=app)))

    [record] = (await system.simulated("GET", app, "/records"))["records"]
    sent = next(value for name, value in record["headers"].items() if name.lower() == "traceparent")
    assert (sent[3:35], sent[-2:]) == (delivery["trace_id"], "00")
    assert [line["event"] for line in await logged(system, delivery["trace_id"])] == ["attempt"]


async def logged(system: System, trace_id: str) -> list[dict[str, Any]]:
    async def ask() -> list[dict[str, Any]] | None:
        _, answer = await system.api("GET", "/logs", params={"search": trace_id})
        return answer["items"] or None

    return await until(ask, f"log lines of {trace_id}")


async def test_a_callers_trace_continues_with_its_sampling_decision(
    traced: System, collector: FakeTraceCollector, app: str
) -> None:
    await traced.hook(app)
    trace_id, caller, unwanted = uuid.uuid4().hex, uuid.uuid4().hex[:16], uuid.uuid4().hex

    transactions = []
    for header in (f"00-{unwanted}-{caller}-00", f"00-{trace_id}-{caller}-01"):
        _, answer = await traced.post("update", a_snapshot(source_app=app), traceparent=header)
        transactions += answer["transactions"]

    assert [(await details(traced, one))["trace_id"] for one in transactions] == [
        unwanted,
        trace_id,
    ]
    spans = {span.name: span for span in await collected(collector, trace_id, len(STEPS))}
    assert spans["POST /webhooks/{source}/appointment-updated"].parent_id == caller
    assert not collector.trace(unwanted)


async def test_a_malformed_header_begins_a_trace_of_our_own(
    traced: System, collector: FakeTraceCollector, app: str
) -> None:
    await traced.hook(app)

    status, answer = await traced.post(
        "update", a_snapshot(source_app=app), traceparent=f"00-{'0' * 32}-{'1' * 16}-01"
    )

    assert status == 202
    delivery = await details(traced, answer["transactions"][0])
    spans = await collected(collector, delivery["trace_id"], len(STEPS))
    assert [span.parent_id for span in spans if span.service == "ingest"] == [""]


async def test_a_later_attempt_and_a_failed_call_belong_to_the_same_trace(
    traced: System, collector: FakeTraceCollector, app: str
) -> None:
    await traced.start("retry")
    await traced.hook(app)
    await traced.simulated("PUT", app, "/faults", json={"status": 400, "times": 1})
    transaction = await traced.change("update", a_snapshot(source_app=app))
    failed = await details(traced, transaction, "Failed")

    status, _ = await traced.api(
        "POST", "/operations", json={"kind": "retry", "delivery_ids": [failed["delivery_id"]]}
    )

    assert status in {200, 201, 202}
    retried = await details(traced, transaction)
    assert retried["trace_id"] == failed["trace_id"]
    spans = await collected(collector, failed["trace_id"], len(STEPS) + 4)
    calls = {span.attributes["mboc.attempt"]: span for span in spans if span.name == "POST"}
    assert {
        attempt: (call.failed, call.attributes["http.response.status_code"])
        for attempt, call in calls.items()
    } == {1: (True, 400), 2: (False, 200)}
    deliveries = {
        span.attributes["mboc.attempt"]: span for span in spans if span.name == "deliver deliveries"
    }
    assert deliveries[1].attributes["error.type"] == failed["code"]
    assert deliveries[2].attributes["mboc.trigger"] == "Website"
    assert "error.type" not in deliveries[2].attributes
    await traced.stop("retry")


async def test_no_payload_no_secret_and_no_address_beyond_the_host_is_recorded(
    traced: System, collector: FakeTraceCollector, app: str
) -> None:
    await traced.hook(
        app,
        uri=f"{traced.back_office(app)}?sig=query-secret",
        headers={"X-Tenant": "header-secret"},
        signing_secret="c2lnbmluZy1zZWNyZXQtb2YtdGhpcy10ZXN0",
    )

    delivery = await details(
        traced,
        await traced.change("update", a_snapshot(source_app=app, Subject="Very private subject")),
    )

    await collected(collector, delivery["trace_id"], len(STEPS))
    for hidden in (
        "Very private",
        "query-secret",
        "header-secret",
        "c2lnbmluZy1",
        SECRET,
        f"/back-offices/{app}",
    ):
        assert hidden.encode() not in collector.bodies


async def test_an_unavailable_collector_is_logged_once_and_deliveries_go_on(
    traced: System, collector: FakeTraceCollector, app: str
) -> None:
    await traced.hook(app)
    await collector.stop()
    try:
        deliveries = [
            await details(traced, await traced.change("update", a_snapshot(source_app=app)))
            for _ in range(3)
        ]
        assert {delivery["status"] for delivery in deliveries} == {"Success"}

        async def all_counted() -> bool:
            return all(
                [
                    await series_value(traced, name, "mboc_spans_dropped_total") > 0
                    for name in RECORDING
                ]
            )

        await until(all_counted, "dropped spans to be counted")
        await details(traced, await traced.change("update", a_snapshot(source_app=app)))
    finally:
        await collector.start()

    async def all_say_so() -> bool:
        await details(traced, await traced.change("update", a_snapshot(source_app=app)))
        return all([AGAIN in await log_of(traced, name) for name in RECORDING])

    await until(all_say_so, "every service to say that the collector accepts traces again")
    delivery = await details(traced, await traced.change("update", a_snapshot(source_app=app)))
    await collected(collector, delivery["trace_id"], len(STEPS))
    logs = [await log_of(traced, name) for name in RECORDING]
    assert [(log.count(AWAY), log.count(AGAIN)) for log in logs] == [(1, 1)] * len(RECORDING)


async def log_of(system: System, name: str) -> str:
    return await asyncio.to_thread(system.services[name].log.read_text)
