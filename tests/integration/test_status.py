"""The status of every replica, both servers, every lane and the timer job, and the state of the
whole system.
"""

from __future__ import annotations

import signal
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import Any

import pytest

from common import topology
from tests.support.builders import a_snapshot
from tests.support.operations import (
    begin_operation,
    make_failed_deliveries,
    nonzero_counts,
    wait_for_state,
)
from tests.support.system import System, until


@pytest.fixture
async def second(system: System) -> AsyncIterator[str]:
    """A second dispatcher."""
    name = f"dispatcher-{uuid.uuid4().hex[:4]}"
    await system.start("dispatcher", name)
    yield name
    if name in system.services:
        await system.stop(name)


@pytest.fixture
async def retry(system: System) -> AsyncIterator[str]:
    """A retry service whose timer job runs once a year."""
    name = f"retry-{uuid.uuid4().hex[:4]}"
    await system.start("retry", name, RetryJobCronExpression="0 0 1 1 *")
    yield name
    await system.stop(name)


async def read(system: System) -> dict[str, Any]:
    status, answer = await system.api("GET", "/status")
    assert status == 200, answer
    found: dict[str, Any] = answer
    return found


async def until_seen(system: System, name: str) -> dict[str, Any]:
    """Wait until the replica reports that it is ready, and return it."""

    async def ask() -> dict[str, Any] | None:
        return next(
            (
                found
                for found in (await read(system))["services"]
                if found["replica"] == name and found["ready"]
            ),
            None,
        )

    return await until(ask, f"{name} to be heard of")


async def lane(system: System, connector_id: str) -> dict[str, Any]:
    """Wait until the lane of the connector is shown, and return it."""

    async def ask() -> dict[str, Any] | None:
        return next(
            (
                found
                for found in (await read(system))["lanes"]
                if found["connector_id"] == connector_id
            ),
            None,
        )

    return await until(ask, "the lane to be seen")


async def test_every_service_is_shown_with_its_version_and_start(system: System) -> None:
    for name in ("ingest", "dispatcher", "portal-api"):
        found = await until_seen(system, name)

        assert (found["service"], found["version"], found["ready"], found["reasons"]) == (
            name,
            version("mboc-common"),
            True,
            [],
        )
        assert found["started_at"] <= found["heard_at"]


async def test_both_servers_are_shown_with_the_queues(system: System) -> None:
    found = await read(system)

    assert found["rabbitmq"]["reachable"]
    assert found["rabbitmq"]["version"]
    assert {queue["name"] for queue in found["rabbitmq"]["queues"]} == {
        queue.name for queue in topology.QUEUES
    }
    assert found["mongodb"]["reachable"]
    assert found["mongodb"]["version"].split(".")[0].isdigit()
    assert found["mongodb"]["primary"] in system.mongodb_url


async def test_the_timer_job_is_shown_with_its_next_run(system: System, retry: str) -> None:
    await until_seen(system, retry)

    async def told() -> dict[str, Any] | None:
        job: dict[str, Any] | None = (await read(system))["timer_job"]
        return job if job and job["expression"] == "0 0 1 1 *" else None

    job = await until(told, "the timer job to be told")
    assert job["next_run_at"] == f"{datetime.now(UTC).year + 1}-01-01T00:00:00Z"
    assert job["last_run_at"] is None or job["last_run_at"] < job["next_run_at"]


async def test_a_cron_expression_that_cannot_be_read_is_shown_and_operations_go_on(
    system: System, app: str
) -> None:
    name = f"retry-{uuid.uuid4().hex[:4]}"
    await system.start("retry", name, RetryJobCronExpression="0 25 * * *")

    async def ask() -> dict[str, Any] | None:
        found = await read(system)
        return found if (found["timer_job"] or {}).get("trouble") else None

    found = await until(ask, "the trouble to be shown")
    operation = await begin_operation(
        system, delivery_ids=await make_failed_deliveries(system, app, 1)
    )
    over = await wait_for_state(system, operation)
    await system.stop(name)

    assert "the hour '25' must be 0 to 23" in found["timer_job"]["trouble"]
    assert found["timer_job"]["next_run_at"] is None
    assert any("The timer job is off" in reason for reason in found["reasons"])
    assert nonzero_counts(over) == {"total": 1, "succeeded": 1}


async def test_a_failed_delivery_shows_its_next_automatic_retry(
    system: System, app: str, retry: str
) -> None:
    [delivery_id] = await make_failed_deliveries(system, app, 1)

    async def ask() -> dict[str, Any] | None:
        _, found = await system.api("GET", f"/deliveries/{delivery_id}")
        return dict(found) if found["automatic_retry"]["at"] else None

    found = await until(ask, f"{retry} to tell of its next run")

    next_year = datetime.now(UTC).year + 1
    assert found["automatic_retry"]["at"].startswith(f"{next_year}-01-01T00:00:00")


async def test_a_killed_dispatcher_is_silent_and_a_stopped_one_is_not_shown(
    system: System, second: str
) -> None:
    third = f"{second}-b"
    await system.start("dispatcher", third)
    assert {
        (await until_seen(system, name))["service"] for name in ("dispatcher", second, third)
    } == {"dispatcher"}

    await system.stop(second, signal.SIGKILL)
    await system.stop(third)

    async def silent() -> dict[str, Any] | None:
        found = await read(system)
        return (
            found
            if any(
                replica["replica"] == second and replica["silent"] for replica in found["services"]
            )
            else None
        )

    found = await until(silent, "the killed one to be silent")
    assert found["state"] in {"troubled", "down"}
    assert any(second in reason for reason in found["reasons"])
    assert third not in {replica["replica"] for replica in found["services"]}
    await system.start("dispatcher", second)
    await until_seen(system, second)


async def test_a_held_lane_is_shown_with_time_reason_and_waiting_deliveries(
    system: System, app: str
) -> None:
    connector_id = await system.hook(app)
    before = datetime.now(UTC)
    await system.simulated("PUT", app, "/faults", json={"status": 503})
    for number in range(1, 41):
        await system.change("create", a_snapshot(number, source_app=app))

    async def held() -> dict[str, Any] | None:
        found = await lane(system, connector_id)
        return (
            found
            if found["held_since"] and found["waiting"] and found["oldest_waiting_at"]
            else None
        )

    found = await until(held, "the lane to be told as held")
    status = await read(system)
    await system.simulated("DELETE", app, "/faults")

    assert "503" in found["reason"]
    assert found["connector_name"] == "Hook"
    assert (
        before - timedelta(seconds=1)
        < datetime.fromisoformat(found["held_since"])
        < datetime.fromisoformat(found["held_until"])
    )
    assert 0 < found["waiting"] <= 40
    assert (
        before - timedelta(seconds=1)
        < datetime.fromisoformat(found["oldest_waiting_at"])
        <= datetime.now(UTC)
    )
    assert status["state"] != "well"
    assert any("held" in reason for reason in status["reasons"])

    async def well() -> bool:
        found = await lane(system, connector_id)
        return (
            found["held_since"] is None
            and found["waiting"] == 0
            and found["oldest_waiting_at"] is None
        )

    await until(well, "the lane to work again")


async def test_without_a_dispatcher_a_lane_still_shows_its_waiting_deliveries(
    system: System, app: str
) -> None:
    connector_id = await system.hook(app)
    await system.simulated("PUT", app, "/faults", json={"status": 503})
    for number in range(1, 21):
        await system.change("create", a_snapshot(number, source_app=app))

    async def held() -> bool:
        return (await lane(system, connector_id))["held_since"] is not None

    await until(held, "the lane to be held")
    await system.stop("dispatcher", signal.SIGKILL)

    async def alone() -> dict[str, Any] | None:
        found = await read(system)
        return found if "No replica of dispatcher sends heartbeats" in found["sentence"] else None

    try:
        status = await until(alone, "the status to say that no dispatcher is there")
        found = await lane(system, connector_id)
    finally:
        await system.simulated("DELETE", app, "/faults")
        await system.start("dispatcher")
    assert status["state"] == "down"
    assert found["held_since"] is not None
    assert found["waiting"] > 0
