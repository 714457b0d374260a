"""Each kind of process is killed under a light load. A service that cannot work reports it within
15 seconds, and becomes ready again by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable

import pytest

from local_stack.servers.mongodb import MongoDb
from local_stack.servers.rabbitmq import RabbitMq
from tests.faults.test_outages import post_until_accepted
from tests.support.builders import a_snapshot
from tests.support.system import System, until

SOON_S = 15.0
FLOWING = 60
"""Changes before the first kill, because RabbitMQ writes a new lane to disk after some seconds."""
SERVICES = ("ingest", "dispatcher", "portal-api", "retry")
SERVE_REQUESTS = ("ingest", "portal-api")
NEED_MONGODB = ("dispatcher", "portal-api", "retry")


@pytest.fixture
async def load(system: System, app: str) -> AsyncIterator[list[str]]:
    """Ten changes a second during the test, and the accepted transactions so far."""
    accepted = list[str]()
    await system.start("retry")
    await system.hook(app)

    async def post() -> None:
        while True:
            accepted.append(await post_until_accepted(system, a_snapshot(source_app=app)))
            await asyncio.sleep(0.1)

    posting = asyncio.create_task(post())

    async def flows() -> bool:
        return len(accepted) >= FLOWING

    await until(flows, "the load to flow")
    yield accepted
    posting.cancel()
    await asyncio.gather(posting, return_exceptions=True)
    await system.stop("retry")


@contextlib.asynccontextmanager
async def staying_ready(system: System, names: Iterable[str]) -> AsyncIterator[None]:
    """Check continuously inside the block that these services are ready."""
    doubts = set[str]()

    async def watch() -> None:
        while True:
            doubts.update([name for name in names if not await system.is_ready(name)])
            await asyncio.sleep(0.1)

    watching = asyncio.create_task(watch())
    yield
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    assert not doubts


async def until_none_is_ready(system: System, names: Iterable[str]) -> None:
    """Wait up to 15 seconds until each service reports that it is not ready."""
    admitted = set[str]()

    async def ask() -> bool:
        admitted.update([name for name in names if not await system.is_ready(name)])
        return set(names) <= admitted

    await until(ask, f"{', '.join(names)} to say that they are not ready", SOON_S)


async def takes_requests(system: System, name: str) -> bool:
    """Whether Kubernetes sends requests to the service."""
    async with system.http.get(f"{system.services[name].url}/health/ready") as answer:
        return answer.status == 200


async def check_deliveries(system: System, app: str, accepted: list[str]) -> None:
    """Check that a new change and every accepted one are delivered."""
    before = len(accepted)

    async def another() -> bool:
        return len(accepted) > before

    await until(another, "another change to be accepted")
    expected = set(accepted[: before + 1])

    async def all_delivered() -> bool:
        return expected <= {
            d["transaction_id"]
            for d in await system.deliveries(source_app=app)
            if d["status"] == "Success"
        }

    await until(all_delivered, f"all of {len(expected)} changes to be delivered")


@pytest.mark.parametrize("victim", SERVICES)
async def test_a_killed_service_affects_no_other_and_is_ready_again_once_it_runs(
    system: System, app: str, load: list[str], victim: str
) -> None:
    async with staying_ready(system, [name for name in SERVICES if name != victim]):
        await system.stop(victim, signal.SIGKILL)
        await system.start(victim)

    await check_deliveries(system, app, load)


async def outage(
    system: System,
    kill: Callable[[], Awaitable[None]],
    start: Callable[[], Awaitable[None]],
    stuck: Iterable[str],
) -> None:
    """Stop a server, wait until exactly its services report it, and start the server again. Every
    service becomes ready by itself.
    """
    async with staying_ready(system, [name for name in SERVICES if name not in stuck]):
        await kill()
        try:
            await until_none_is_ready(system, stuck)
            for _ in range(5):
                assert not any([await system.is_ready(name) for name in stuck]), (
                    "reported ready while the server is unavailable"
                )
                assert all([await takes_requests(system, name) for name in SERVE_REQUESTS])
                await asyncio.sleep(0.5)
        finally:
            await start()
    await asyncio.gather(*(system.until_ready(name) for name in SERVICES))


async def test_without_rabbitmq_no_service_is_ready(
    system: System, app: str, load: list[str], rabbitmq: RabbitMq
) -> None:
    await outage(system, rabbitmq.kill, rabbitmq.start, SERVICES)

    await check_deliveries(system, app, load)


async def test_without_mongodb_no_service_that_needs_it_is_ready(
    system: System, app: str, load: list[str], mongodb: MongoDb
) -> None:
    await outage(system, mongodb.kill, mongodb.start, NEED_MONGODB)

    await check_deliveries(system, app, load)
