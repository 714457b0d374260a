"""The portal finds log lines by service, level, time, delivery and words, the newest first."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.builders import a_snapshot
from tests.support.system import System, until


@pytest.fixture
async def retry(system: System) -> AsyncIterator[str]:
    """A retry service for one test."""
    await system.start("retry", "retry-logs", RetryJobCronExpression="0 0 1 1 *")
    yield "retry-logs"
    if "retry-logs" in system.services:
        await system.stop("retry-logs")


async def lines(system: System, **query: Any) -> list[dict[str, Any]]:
    """Return one page of lines."""
    status, answer = await system.api(
        "GET", "/logs", params={key: str(value) for key, value in query.items()}
    )
    assert status == 200, answer
    items: list[dict[str, Any]] = answer["items"]
    return items


async def until_logged(system: System, **query: Any) -> dict[str, Any]:
    """Wait for a line that matches, and return the newest one."""
    return (await until(lambda: lines(system, **query), f"a line with {query}"))[0]


@pytest.mark.parametrize("service", ["ingest", "dispatcher", "portal-api"])
async def test_a_line_of_each_service_is_found(system: System, service: str) -> None:
    line = await until_logged(system, service=service, replica=service, search="ready")

    assert (line["event"], line["level"], line["service"], line["replica"]) == (
        "ready",
        "info",
        service,
        service,
    )


async def test_a_line_of_retry_is_found_by_its_replica(system: System, retry: str) -> None:
    line = await until_logged(system, replica=retry, search="ready")

    assert line["fields"]["next_run"].endswith("01-01 00:00:00+00:00")


async def test_the_lines_of_a_delivery_show_the_result_of_each_attempt(
    system: System, app: str
) -> None:
    connector_id = await system.hook(app)
    before = datetime.now(UTC)
    delivery = await system.delivery(
        await system.change("create", a_snapshot(source_app=app)), "Success"
    )

    line = await until_logged(system, delivery_id=delivery["delivery_id"])

    assert (line["event"], line["service"], line["connector_id"]) == (
        "attempt",
        "dispatcher",
        connector_id,
    )
    assert (line["fields"]["status"], line["fields"]["attempt"]) == ("Success", 1)
    assert before <= datetime.fromisoformat(line["at"]) + timedelta(milliseconds=1)
    assert await lines(system, delivery_id=delivery["delivery_id"], level="warning") == []
    assert await lines(system, delivery_id=delivery["delivery_id"], at_to=before.isoformat()) == []
    assert await lines(
        system, search=f"attempt {delivery['appointment']['key']}", at_from=before.isoformat()
    )


async def test_a_level_includes_all_worse_levels(system: System, app: str) -> None:
    connector_id = await system.hook(app)
    await system.simulated("PUT", app, "/faults", json={"status": 503})
    for number in range(1, 13):
        await system.change("create", a_snapshot(number, source_app=app))

    held = await until_logged(system, search=f"held {connector_id}", level="WARNING")

    await system.simulated("DELETE", app, "/faults")
    assert (held["event"], held["level"]) == ("lane held", "warning")
    assert await lines(system, search=f"held {connector_id}", level="error") == []
    assert {line["level"] for line in await lines(system, level="warning", limit=200)} <= {
        "warning",
        "error",
        "critical",
    }


async def test_pages_follow_each_other_without_a_gap_or_a_double(system: System, app: str) -> None:
    connector_id = await system.hook(app)
    for number in range(1, 8):
        await system.delivery(
            await system.change("create", a_snapshot(number, source_app=app)), "Success"
        )

    async def seven() -> bool:
        return len(await lines(system, search=connector_id, service="dispatcher")) == 7

    await until(seven, "seven lines")
    found: list[dict[str, Any]] = []
    query = {"search": connector_id, "service": "dispatcher", "limit": "3"}
    while True:
        _, page = await system.api("GET", "/logs", params=query)
        found += page["items"]
        if page["next"] is None:
            break
        query["after"] = page["next"]

    assert len({line["log_id"] for line in found}) == len(found) == 7
    assert [line["at"] for line in found] == sorted((line["at"] for line in found), reverse=True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("level", "loud"),
        ("at_from", "yesterday"),
        ("after", "x"),
        ("limit", "0"),
        ("colour", "red"),
    ],
)
async def test_a_wrong_filter_is_named(system: System, name: str, value: str) -> None:
    status, answer = await system.api("GET", "/logs", params={name: value})

    assert status == 422
    assert answer["errors"][0]["field"] == name


async def test_the_portal_shows_the_line_of_standard_output_unchanged(
    system: System, app: str
) -> None:
    await system.hook(app)
    delivery = await system.delivery(
        await system.change("create", a_snapshot(source_app=app)), "Success"
    )
    shown = await until_logged(system, delivery_id=delivery["delivery_id"])

    log = await asyncio.to_thread(system.services["dispatcher"].log.read_text)

    written = next(json.loads(line) for line in log.splitlines() if delivery["delivery_id"] in line)
    assert shown["fields"] == {
        name: value for name, value in written.items() if name not in {*shown, "timestamp"}
    }
