"""A Retry All retries exactly the deliveries of its plan, while more failures arrive."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.builders import a_snapshot
from tests.support.operations import (
    begin_operation,
    make_failed_deliveries,
    nonzero_counts,
    read_items,
    wait_for_state,
)
from tests.support.system import System


@pytest.fixture(scope="module", autouse=True)
async def retry(system: System) -> AsyncIterator[None]:
    await system.start("retry")
    yield
    await system.stop("retry")


async def planned(system: System, app: str) -> dict[str, Any]:
    """Return a selection with the count and time of its plan, as the website sends it."""
    choice = {"filter": {"source_app": app, "status": "Failed"}}
    status, plan = await system.api("POST", "/operations/plan", json={"kind": "retry"} | choice)
    assert status == 200, plan
    return choice | {"expected_count": plan["count"], "as_of": plan["as_of"]}


async def one_more_fails(system: System, app: str) -> str:
    """Report a change that fails while the back office accepts all others."""
    fault = {"status": 400, "appointments": ["99"]}
    await system.simulated("PUT", app, "/faults", json=fault)
    change = await system.change("create", a_snapshot(99, source_app=app))
    found = await system.delivery(change, "Failed")
    await system.simulated("DELETE", app, "/faults")
    return str(found["delivery_id"])


async def test_the_planned_deliveries_are_retried_while_more_fail_and_others_succeed(
    system: System, app: str
) -> None:
    first, *others = await make_failed_deliveries(system, app, 4)
    choice = await planned(system, app)
    newer = await one_more_fails(system, app)
    await wait_for_state(system, await begin_operation(system, delivery_ids=[first]))

    operation = await wait_for_state(system, await begin_operation(system, **choice))

    _, left = await system.api("GET", f"/deliveries/{newer}")
    assert nonzero_counts(operation) == {"total": 3, "succeeded": 3}
    assert operation["planned"] == 4, "one of them changed before the start, and is left out"
    assert [item["delivery_id"] for item in await read_items(system, operation)] == others
    assert (left["status"], left["attempt"]) == ("Failed", 1)


async def test_a_plan_without_remaining_deliveries_is_refused(system: System, app: str) -> None:
    ids = await make_failed_deliveries(system, app, 2)
    choice = await planned(system, app)
    await wait_for_state(system, await begin_operation(system, delivery_ids=ids))
    await one_more_fails(system, app)

    status, problem = await system.api("POST", "/operations", json={"kind": "retry"} | choice)

    assert status == 409
    assert "request a new plan" in problem["detail"]


@pytest.mark.parametrize("age", [timedelta(hours=2), timedelta(hours=-2)])
async def test_a_plan_is_valid_for_an_hour(system: System, app: str, age: timedelta) -> None:
    await make_failed_deliveries(system, app, 1)
    choice = await planned(system, app) | {"as_of": (datetime.now(UTC) - age).isoformat()}

    status, problem = await system.api("POST", "/operations", json={"kind": "retry"} | choice)

    assert (status, problem["detail"]) == (
        409,
        "The plan is not from the last hour: request a new plan",
    )


async def test_failures_after_the_start_are_not_retried_without_a_plan_either(
    system: System, app: str
) -> None:
    await make_failed_deliveries(system, app, 2)

    operation = await begin_operation(
        system, filter={"source_app": app, "status": "Failed"}, per_second=1
    )
    await one_more_fails(system, app)
    over = await wait_for_state(system, operation)

    assert nonzero_counts(over) == {"total": 2, "succeeded": 2}
