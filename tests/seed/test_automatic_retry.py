"""Seed, Automatic retry: the timer job, which an operator enables."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from retry.settings import Settings, read_expression
from retry.timer.schedule import Schedule
from tests.support.builders import a_snapshot
from tests.support.system import System, until

NOON = datetime(2026, 7, 21, 12, 7, tzinfo=UTC)


async def test_a_timer_job_queries_every_transaction_with_the_failed_status_and_runs_it_again(
    system: System, app: str, tmp_path: Path
) -> None:
    """Each delivery is retried once, with any number of replicas."""
    connector_id = await system.hook(app)
    await system.simulated("PUT", app, "/faults", json={"status": 400})
    transactions = [await system.change("create", a_snapshot(source_app=app)) for _ in range(30)]
    for transaction in transactions:
        await system.delivery(transaction, "Failed")
    await system.simulated("DELETE", app, "/faults")
    before = (await system.simulated("GET", app))["received"]
    disabled = await system.connector(
        source_app=f"{app}-off", uri=system.back_office(app), enabled=False
    )
    refused = await system.delivery(
        await system.change("create", a_snapshot(source_app=f"{app}-off")), "MBOC Publish Disabled"
    )
    settings = tmp_path / "appsettings.json"
    settings.write_text('{"RetryJobCronExpression": "*/5 * * * * *"}')

    await system.start("retry", "retry-1", RETRY_APPSETTINGS=str(settings))
    await system.start("retry", "retry-2", RetryJobCronExpression="*/5 * * * * *")

    async def all_sent() -> bool:
        return len(await system.deliveries(connector_id=connector_id, status="Success")) == len(
            transactions
        )

    await until(all_sent, "the timer job to run them again")
    await asyncio.gather(system.stop("retry-1"), system.stop("retry-2"))
    found = await system.deliveries(connector_id=connector_id)
    assert {(d["attempt"], d["trigger"]) for d in found} == {(2, "Timer job")}
    assert (await system.simulated("GET", app))["received"] == before + len(transactions)
    [untouched] = await system.deliveries(connector_id=disabled)
    assert (untouched["delivery_id"], untouched["attempt"]) == (refused["delivery_id"], 1)


async def test_this_is_an_opt_in_feature_so_the_cron_expression_is_empty_by_default(
    system: System,
) -> None:
    await system.start("retry", "retry-default")

    async def never() -> bool:
        return "mboc_retry_next_run_timestamp_seconds 0.0" in await system.metrics("retry-default")

    await until(never, "the timer job to say that it never runs")
    await system.stop("retry-default")

    assert read_expression(Settings()) == ""


def test_to_enable_it_open_the_appsettings_json_file_and_find_the_retry_job_cron_expression_item(
    tmp_path: Path,
) -> None:
    file = tmp_path / "appsettings.json"
    file.write_text('{"RetryJobCronExpression": "*/15 * * * *"}')

    assert read_expression(Settings(appsettings=file)) == "*/15 * * * *"


def test_the_example_means_every_15th_minute() -> None:
    schedule = Schedule("*/15 * * * *", NOON)
    first = schedule.after(NOON)

    assert first is not None
    assert (first.minute, getattr(schedule.after(first), "minute", None)) == (15, 30)


@pytest.mark.parametrize(
    "expression", ["0 6 * * 1-5", "5,35 8-18 * * *", "0 0 1 */3 *", "0 12 * * MON"]
)
def test_any_value_that_follows_the_cron_syntax_works(expression: str) -> None:
    assert Schedule(expression, NOON).after(NOON) is not None
