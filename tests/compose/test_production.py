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

from tests.support.compose import DISPATCHERS, Book, Stack, said

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
"""What services write by themselves, or what a restore ends."""


@pytest.fixture(scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    made = Stack(tmp_path_factory.mktemp("compose"))
    try:
        await made.begin()
        yield made
    finally:
        await made.end()


def check(book: Book, sent_twice_before: int = 0, at_most: int = 0) -> None:
    """Every accepted change came to a status, the back offices have what is said to be a Success,
    and nothing is stale.
    """
    print(f"  {book}", flush=True)  # noqa: T201 - the figures are what the run is for
    assert sum(book.statuses.values()) == book.accepted
    assert set(book.statuses) <= {"Success", "Skipped", "Failed"}
    assert book.stored - book.repeated == book.statuses["Success"]
    assert book.out_of_order == 0
    assert book.repeated - sent_twice_before <= at_most


async def test_the_smoke_check_passes(stack: Stack) -> None:
    assert " 0 failed" in await stack.smoke()


async def test_a_killed_dispatcher_loses_nothing(stack: Stack) -> None:
    before = (await stack.book()).repeated
    await stack.work(RATE)
    await stack.until_accepted(MANY)

    await stack.kill_a_dispatcher()

    await stack.until_accepted(MANY)
    check(await stack.settled(), before, at_most=LANES * IN_FLIGHT)
    await stack.until_ready()


@pytest.mark.parametrize("server", ["rabbitmq", "mongodb"])
async def test_a_restart_of_a_server_loses_nothing(stack: Stack, server: str) -> None:
    before = (await stack.book()).repeated
    await stack.work(RATE)
    await stack.until_accepted(MANY)

    with said(f"{server} restarted"):
        await stack.compose("restart", server)

    await stack.until_accepted(MANY)
    check(await stack.settled(), before, at_most=LANES * IN_FLIGHT * DISPATCHERS)
    await stack.until_ready()


async def test_a_fourth_dispatcher_comes_and_goes_under_load(stack: Stack) -> None:
    before = (await stack.book()).repeated
    await stack.work(RATE)
    await stack.until_accepted(MANY)

    with said("scaled to four"):
        await stack.compose(
            "up", "--detach", "--no-deps", "--no-recreate", "--scale", "dispatcher=4", "dispatcher"
        )
        await stack.until_ready(4)
    await stack.until_accepted(MANY)
    await stack.compose(
        "up",
        "--detach",
        "--no-deps",
        "--no-recreate",
        "--scale",
        f"dispatcher={DISPATCHERS}",
        "dispatcher",
    )

    check(await stack.settled(), before, at_most=0)


async def test_a_services_passwords_are_replaced_under_load(stack: Stack) -> None:
    before = (await stack.book()).repeated
    await stack.work(RATE)
    await stack.until_accepted(MANY)

    stack.renew("dispatcher-rabbitmq-url")
    stack.renew("dispatcher-mongodb-url")
    with said("passwords replaced"):
        await stack.compose(
            "exec",
            "-T",
            "rabbitmq",
            "rabbitmqctl",
            "import_definitions",
            "/run/secrets/rabbitmq-definitions.json",
        )
        await stack.compose("stop", "dispatcher")
        await stack.compose("up", "--detach", "--force-recreate", "mongodb-init", "dispatcher")
        await stack.until_ready()

    await stack.until_accepted(MANY)
    check(await stack.settled(), before, at_most=0)


async def test_an_upgrade_and_its_rollback_lose_nothing(stack: Stack) -> None:
    stack.tell(MBOC_VERSION="test-new")
    await stack.compose("build", "ingest", "dispatcher", "retry", "portal-api")
    before = (await stack.book()).repeated
    await stack.work(RATE)
    await stack.until_accepted(MANY)

    with said("upgraded"):
        await stack.script("upgrade")
    assert await stack.images() == {"test-new"}
    await stack.until_accepted(MANY)
    stack.tell(MBOC_VERSION="test-old")
    with said("rolled back"):
        await stack.script("upgrade")
    assert await stack.images() == {"test-old"}

    await stack.until_accepted(MANY)
    check(await stack.settled(), before, at_most=0)
    await stack.until_ready()


async def test_a_backup_is_restored_as_it_was_and_sends_nothing_again(
    stack: Stack, tmp_path: Path
) -> None:
    await with_failed_ones(stack)
    with said("backed up under load"):
        await stack.script("backup", tmp_path / "under-load.gz")
    operation_id = await stack.paused_retry()
    kept = await stack.settled()
    await stack.script("backup", tmp_path / "quiet.gz")
    await stack.work(RATE)
    await stack.until_accepted(MANY)
    lost = await stack.settled()

    with said("restored"):
        await stack.script("restore", tmp_path / "quiet.gz", REPLACE="yes")
    await stack.script("backup", tmp_path / "restored.gz")
    with said("started again"):
        await stack.compose("up", "--detach", "ingest", "dispatcher", "retry", "portal-api")
        await stack.until_ready()

    assert {
        name
        for name, documents in differing(tmp_path / "quiet.gz", tmp_path / "restored.gz")
        if documents
    } <= COMES_AND_GOES
    await stack.until_operation(operation_id, "cancelled")
    stack.forget(lost.accepted - kept.accepted)
    now = await stack.book()
    assert (now.accepted, now.statuses) == (kept.accepted, kept.statuses)
    assert (now.stored, now.repeated) == (lost.stored, lost.repeated)
    assert " 0 failed" in await stack.smoke()


async def with_failed_ones(stack: Stack) -> None:
    """Have the planners at work until some deliveries have failed; one of the demo's back
    offices sees to that.
    """
    await stack.work(RATE)
    await stack.until_accepted(MANY)
    while (await stack.book()).statuses["Failed"] < 2:
        await stack.until_accepted(MANY)


async def test_nothing_is_restored_while_the_timer_job_is_on(stack: Stack, tmp_path: Path) -> None:
    await stack.script("backup", tmp_path / "backup.gz")
    stack.tell(RetryJobCronExpression="'*/15 * * * *'")
    try:
        with pytest.raises(AssertionError, match="Empty RetryJobCronExpression"):
            await stack.script("restore", tmp_path / "backup.gz", REPLACE="yes")
    finally:
        stack.tell(RetryJobCronExpression="")

    assert await stack.images() == {"test-old"}


def differing(before: Path, after: Path) -> list[tuple[str, set[str]]]:
    """Per collection, the documents that are in one of two backups only."""
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
