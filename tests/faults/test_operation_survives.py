"""Retry All over 20,000 failed deliveries, with two kills of retry and a restart of RabbitMQ."""

from __future__ import annotations

import asyncio
import contextlib
import re
import signal
import uuid
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from common.database import open_database
from local_stack.servers.rabbitmq import RabbitMq
from tests.support.builders import A_MOMENT, a_snapshot, a_transaction, as_body
from tests.support.diagnostics import diagnose
from tests.support.operations import begin_operation, read_operation
from tests.support.system import System, until

MANY = 20_000
REPLICAS = ("retry-a", "retry-b")


@pytest.fixture
async def app(system: System) -> AsyncIterator[str]:
    """A source app of this test, with two replicas of retry.

    Every service is ready again for the next test.
    """
    await asyncio.gather(*(system.start("retry", name, RETRY_LEASE_S="3") for name in REPLICAS))
    yield f"app-{uuid.uuid4().hex[:8]}"
    await asyncio.gather(*(system.stop(name) for name in REPLICAS if name in system.services))
    await asyncio.gather(*(system.until_ready(name) for name in system.services))


async def fill(system: System, app: str, connector_id: str) -> None:
    """Store failed deliveries with their transactions, as portal-api does."""
    database = open_database(system.mongodb_url, system.database)
    failed = {
        "attempt": 1,
        "rank": 12,
        "phase": "done",
        "status": "Failed",
        "trigger": "Service",
        "archived": False,
        "troubled": True,
        "cause": "0" * 16,
    }
    transaction = a_transaction(app, source_app=app).model_dump()
    for begin in range(1, MANY, 2_000):
        numbers = range(begin, begin + 2_000)
        appointments = {
            n: transaction["appointment"] | {"key": f"demo/{app}-{n}", "appointment_id": n}
            for n in numbers
        }
        bodies = {n: as_body(a_snapshot(n, source_app=app)).decode() for n in numbers}
        await database["transactions"].insert_many(
            [
                transaction
                | {"_id": f"{app}-{n}", "appointment": appointments[n], "body": bodies[n]}
                for n in numbers
            ]
        )
        shared = failed | {
            "connector_id": connector_id,
            "action": "update",
            "received_at": A_MOMENT,
            "changed_at": A_MOMENT,
        }
        named = [
            {
                "_id": f"{app}-{n}.{connector_id}",
                "transaction_id": f"{app}-{n}",
                "appointment": appointments[n],
            }
            for n in numbers
        ]
        await database["deliveries"].insert_many([shared | name for name in named])
    database.client.close()


async def wrong_items(system: System, operation: dict[str, Any]) -> int:
    """Return the number of items without a successful second attempt."""
    database = open_database(system.mongodb_url, system.database)
    right = {"attempt": 2, "outcome": "succeeded"}
    wrong = {"operation_id": operation["operation_id"], "$nor": [right]}
    count = await database["operation_items"].count_documents(wrong)
    database.client.close()
    return count


class ProgressWatcher:
    """Polls the progress of an operation, and fails when a count is wrong."""

    def __init__(
        self, system: System, app: str, operation: dict[str, Any], connector_id: str
    ) -> None:
        self._system = system
        self._app = app
        self._connector_id = connector_id
        self._operation = operation
        self.last = operation
        self.polls = 0
        self.watching = asyncio.create_task(self._watch())

    async def until_finished(self, within_s: float) -> dict[str, Any]:
        """Return the finished operation, or fail with a diagnosis after the timeout."""
        await asyncio.wait({self.watching}, timeout=within_s)
        if not self.watching.done():
            self.watching.cancel()
            pytest.fail(await diagnose(self._system, self.last, self._connector_id))
        return self.watching.result()

    async def until_requested(self, count: int) -> None:
        """Wait until so many deliveries are no longer waiting."""

        async def ask() -> bool:
            if self.watching.done():
                self.watching.result()
            return bool(self.last["counts"]["total"] - self.last["counts"]["waiting"] >= count)

        await until(ask, f"{count} deliveries to be asked for", within_s=300)

    async def _watch(self) -> dict[str, Any]:
        while self.last["finished_at"] is None:
            await asyncio.sleep(0.1)
            with contextlib.suppress(aiohttp.ClientError):
                now = await read_operation(self._system, self._operation)
                self._compare(now)
                assert (
                    now["counts"]["succeeded"]
                    <= (await self._system.simulated("GET", self._app))["stored"]
                )
                self.last, self.polls = now, self.polls + 1
        return self.last

    def _compare(self, now: dict[str, Any]) -> None:
        before, after = self.last["counts"], now["counts"]
        assert sum(after.values()) - after["total"] == after["total"] == MANY, after
        assert now["revision"] >= self.last["revision"]
        assert after["waiting"] <= before["waiting"], (before, after)
        assert all(after[name] >= before[name] for name in ("succeeded", "failed", "skipped")), (
            before,
            after,
        )


async def leader(system: System) -> str:
    """Return the name of the replica that runs operations."""

    async def ask() -> str | None:
        for name in REPLICAS:
            if re.search(r"^mboc_retry_operations [1-9]", await system.metrics(name), re.MULTILINE):
                return name
        return None

    return await until(ask, "a replica to act")


async def kill_the_leader(system: System) -> None:
    name = await leader(system)
    await system.stop(name, signal.SIGKILL)
    await system.start("retry", name, RETRY_LEASE_S="3")


async def test_each_delivery_is_sent_once_and_progress_is_true_at_every_moment(
    system: System, app: str, rabbitmq: RabbitMq
) -> None:
    connector_id = await system.hook(app, limits={"calls_in_flight": 40})
    await fill(system, app, connector_id)
    operation = await begin_operation(
        system,
        filter={"connector_id": connector_id, "status": "Failed"},
        per_second=2_000,
        expected_count=MANY,
    )
    watcher = ProgressWatcher(system, app, operation, connector_id)

    await watcher.until_requested(1)
    await kill_the_leader(system)
    await watcher.until_requested(6_000)
    await kill_the_leader(system)
    await watcher.until_requested(12_000)
    await rabbitmq.stop()
    await rabbitmq.start()

    over = await watcher.until_finished(within_s=600)
    assert (over["state"], over["counts"]["succeeded"], over["counts"]["total"]) == (
        "done",
        MANY,
        MANY,
    )
    got = await system.simulated("GET", app)
    assert (got["received"], got["stored"], got["appointments"], got["repeated"]) == (
        MANY,
        MANY,
        MANY,
        0,
    )
    assert await wrong_items(system, operation) == 0
    assert watcher.polls > 20
