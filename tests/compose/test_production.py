"""The shipped docker-compose.yml under load: restarts, scaling, upgrade, rollback, backup and
restore lose nothing (make test-compose).
"""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.compose_project import DISPATCHERS, ComposeProject, DeliveryTotals, timed

RATE = 20.0
MANY = 300
LANES, IN_FLIGHT = 5, 8
COMES_AND_GOES = {
    "clock",
    "logs",
    "figures",
    "figures_late",
    "figures_state",
    "lanes",
    "operations",
    "sessions",
}
"""Collections that services write by themselves, or documents that a restore ends."""


@pytest.fixture(scope="module")
async def project(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ComposeProject]:
    made = ComposeProject(tmp_path_factory.mktemp("compose"))
    try:
        await made.begin()
        yield made
    finally:
        await made.end()


def check(totals: DeliveryTotals, sent_twice_before: int = 0, at_most: int = 0) -> None:
    """Check that every accepted change has a status, that each Success is stored, and that none is
    stale.
    """
    print(f"  {totals}", flush=True)  # noqa: T201 - the figures are what the run is for
    assert sum(totals.statuses.values()) == totals.accepted
    assert set(totals.statuses) <= {"Success", "Skipped", "Failed"}
    assert totals.stored - totals.repeated == totals.statuses["Success"]
    assert totals.out_of_order == 0
    assert totals.repeated - sent_twice_before <= at_most


async def test_the_smoke_check_passes(project: ComposeProject) -> None:
    assert " 0 failed" in await project.smoke()


async def test_a_killed_dispatcher_loses_nothing(project: ComposeProject) -> None:
    before = (await project.totals()).repeated
    await project.set_rate(RATE)
    await project.until_accepted(MANY)

    await project.kill_a_dispatcher()

    await project.until_accepted(MANY)
    check(await project.settled(), before, at_most=LANES * IN_FLIGHT)
    await project.until_ready()


@pytest.mark.parametrize("server", ["rabbitmq", "mongodb"])
async def test_a_restart_of_a_server_loses_nothing(project: ComposeProject, server: str) -> None:
    before = (await project.totals()).repeated
    await project.set_rate(RATE)
    await project.until_accepted(MANY)

    with timed(f"{server} restarted"):
        await project.compose("restart", server)

    await project.until_accepted(MANY)
    check(await project.settled(), before, at_most=LANES * IN_FLIGHT * DISPATCHERS)
    await project.until_ready()


async def test_a_fourth_dispatcher_comes_and_goes_under_load(project: ComposeProject) -> None:
    before = (await project.totals()).repeated
    await project.set_rate(RATE)
    await project.until_accepted(MANY)

    with timed("scaled to four"):
        await project.compose(
            "up", "--detach", "--no-deps", "--no-recreate", "--scale", "dispatcher=4", "dispatcher"
        )
        await project.until_ready(4)
    await project.until_accepted(MANY)
    await project.compose(
        "up",
        "--detach",
        "--no-deps",
        "--no-recreate",
        "--scale",
        f"dispatcher={DISPATCHERS}",
        "dispatcher",
    )

    check(await project.settled(), before, at_most=0)


async def test_a_services_passwords_are_replaced_under_load(project: ComposeProject) -> None:
    before = (await project.totals()).repeated
    await project.set_rate(RATE)
    await project.until_accepted(MANY)

    project.renew("dispatcher-rabbitmq-url")
    project.renew("dispatcher-mongodb-url")
    with timed("passwords replaced"):
        await project.compose(
            "exec",
            "-T",
            "rabbitmq",
            "rabbitmqctl",
            "import_definitions",
            "/run/secrets/rabbitmq-definitions.json",
        )
        await project.compose("stop", "dispatcher")
        await project.compose("up", "--detach", "--force-recreate", "mongodb-init", "dispatcher")
        await project.until_ready()

    await project.until_accepted(MANY)
    check(await project.settled(), before, at_most=0)


async def test_an_upgrade_and_its_rollback_lose_nothing(project: ComposeProject) -> None:
    project.change_settings(MBOC_VERSION="test-new")
    await project.compose("build", "ingest", "dispatcher", "retry", "portal-api")
    before = (await project.totals()).repeated
    await project.set_rate(RATE)
    await project.until_accepted(MANY)

    with timed("upgraded"):
        await project.script("upgrade")
    assert await project.images() == {"test-new"}
    await project.until_accepted(MANY)
    project.change_settings(MBOC_VERSION="test-old")
    with timed("rolled back"):
        await project.script("upgrade")
    assert await project.images() == {"test-old"}

    await project.until_accepted(MANY)
    check(await project.settled(), before, at_most=0)
    await project.until_ready()


async def test_a_backup_is_restored_as_it_was_and_sends_nothing_again(
    project: ComposeProject, tmp_path: Path
) -> None:
    await with_failed_ones(project)
    with timed("backed up under load"):
        await project.script("backup", tmp_path / "under-load.gz")
    operation_id = await project.paused_retry()
    kept = await project.settled()
    await project.script("backup", tmp_path / "quiet.gz")
    await project.set_rate(RATE)
    await project.until_accepted(MANY)
    lost = await project.settled()

    with timed("restored"):
        await project.script("restore", tmp_path / "quiet.gz", REPLACE="yes")
    await project.script("backup", tmp_path / "restored.gz")
    with timed("started again"):
        await project.compose("up", "--detach", "ingest", "dispatcher", "retry", "portal-api")
        await project.until_ready()

    assert {
        name
        for name, documents in differing(tmp_path / "quiet.gz", tmp_path / "restored.gz")
        if documents
    } <= COMES_AND_GOES
    await project.until_operation(operation_id, "cancelled")
    project.forget(lost.accepted - kept.accepted)
    now = await project.totals()
    assert (now.accepted, now.statuses) == (kept.accepted, kept.statuses)
    assert (now.stored, now.repeated) == (lost.stored, lost.repeated)
    assert " 0 failed" in await project.smoke()


async def with_failed_ones(project: ComposeProject) -> None:
    """Run the planners until some deliveries have failed at a back office of the demo."""
    await project.set_rate(RATE)
    await project.until_accepted(MANY)
    while (await project.totals()).statuses["Failed"] < 2:
        await project.until_accepted(MANY)


async def test_nothing_is_restored_while_the_timer_job_is_on(
    project: ComposeProject, tmp_path: Path
) -> None:
    await project.script("backup", tmp_path / "backup.gz")
    project.change_settings(RetryJobCronExpression="'*/15 * * * *'")
    try:
        with pytest.raises(AssertionError, match="Empty RetryJobCronExpression"):
            await project.script("restore", tmp_path / "backup.gz", REPLACE="yes")
    finally:
        project.change_settings(RetryJobCronExpression="")

    assert await project.images() == {"test-old"}


def differing(before: Path, after: Path) -> list[tuple[str, set[str]]]:
    """Return the documents that only one of two backups holds, by collection."""
    one, other = read(before), read(after)
    return [(name, one.get(name, set()) ^ other.get(name, set())) for name in {*one, *other}]


def read(file: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    with gzip.open(file, "rt") as lines:
        for line in lines:
            part: dict[str, Any] = json.loads(line)
            if "collection" in part:
                found.setdefault(part["collection"], set()).update(
                    json.dumps(document, sort_keys=True) for document in part["documents"]
                )
    return found
