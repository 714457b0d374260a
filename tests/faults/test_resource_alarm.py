"""RabbitMQ accepts no messages during a resource alarm, and a backlog still shrinks."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from typing import Any

import pytest

from common import topology
from common.database import open_database
from local_stack.servers.ports import random_free_port
from local_stack.servers.rabbitmq import RabbitMq
from tests.faults.test_outages import post_until_accepted
from tests.support.builders import a_snapshot
from tests.support.fake_back_office import FakeBackOffice, a_back_office
from tests.support.system import System, a_session, until

MANY = 300
SETTINGS: Any = {"DISPATCHER_PROBE_S": "0.2", "DISPATCHER_LONGEST_PROBE_S": "1"}


@pytest.fixture(scope="module")
async def rabbitmq(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RabbitMq]:
    """A RabbitMQ of this module, so that its alarms affect no other test."""
    server = RabbitMq(tmp_path_factory.mktemp("alarmed"))
    await server.start()
    yield server
    await server.stop()


@pytest.fixture(scope="module")
async def system(
    rabbitmq: RabbitMq, mongodb_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[System]:
    directory = tmp_path_factory.mktemp("system")
    async with a_session() as http:
        running = System(rabbitmq.url, mongodb_url, directory, http)
        await asyncio.gather(*(running.start(kind) for kind in ("ingest", "portal-api")))
        yield running
        await running.stop_all()


@pytest.fixture
async def calm(rabbitmq: RabbitMq) -> AsyncIterator[None]:
    """End every alarm after the test."""
    yield
    await clear_alarm(rabbitmq)


async def raise_alarm(rabbitmq: RabbitMq) -> None:
    await rabbitmq.control("set_vm_memory_high_watermark", "absolute", "1MB")


async def clear_alarm(rabbitmq: RabbitMq) -> None:
    await rabbitmq.control("set_vm_memory_high_watermark", "0.4")


async def messages_in(rabbitmq: RabbitMq, queue: str) -> int:
    """Return the number of messages in a queue, with those in a consumer's hands."""
    listed = await rabbitmq.control("list_queues", "--quiet", "name", "messages")
    found = dict(line.split("\t") for line in listed.splitlines())
    return int(found.get(queue, 0))


async def until_empty(rabbitmq: RabbitMq, queue: str) -> None:
    async def ask() -> bool:
        return await messages_in(rabbitmq, queue) == 0

    await until(ask, f"{queue} to be empty", within_s=60)


async def post(system: System, app: str, count: int) -> None:
    room = asyncio.Semaphore(16)

    async def one(number: int) -> None:
        async with room:
            await system.change("create", a_snapshot(number, source_app=app))

    await asyncio.gather(*map(one, range(1, count + 1)))


async def update(system: System, app: str, count: int) -> None:
    """Report a newer version of each appointment, as soon as ingest accepts again."""
    room = asyncio.Semaphore(16)

    async def one(number: int) -> None:
        newer = a_snapshot(number, "2026-07-21T15:00:00", source_app=app)
        async with room:
            await post_until_accepted(system, newer)

    await asyncio.gather(*map(one, range(1, count + 1)))


async def until_recorded(system: System, app: str, count: int) -> list[str]:
    """Wait until this many deliveries have a status, and return them."""

    async def ask() -> list[str] | None:
        found = [one["status"] for one in await system.deliveries(source_app=app)]
        return found if len(found) == count and all(found) else None

    return await until(ask, f"{count} deliveries to come to a status", within_s=90)


async def stored(system: System, message: dict[str, Any] | None = None) -> int:
    """Return the number of messages in the outbox."""
    database = open_database(system.mongodb_url, system.database)
    found = await database["outbox"].count_documents(message or {"kind": {"$exists": True}})
    database.client.close()
    return found


async def until_routed(system: System, count: int) -> None:
    """Wait until the outbox has this many deliveries."""

    async def ask() -> bool:
        return await stored(system, {"kind": "DeliveryRequested"}) >= count

    await until(ask, f"{count} deliveries to be stored", within_s=60)


async def outbox_is_empty(system: System) -> None:
    async def ask() -> bool:
        return await stored(system) == 0

    await until(ask, "the outbox to be empty", within_s=30)


def settings(**given: Any) -> dict[str, Any]:
    return {"limits": {"calls_in_flight": 8}} | given


@pytest.mark.usefixtures("calm")
async def test_a_lane_is_worked_off_during_an_alarm(
    system: System, rabbitmq: RabbitMq, app: str
) -> None:
    await system.start("dispatcher", **SETTINGS)
    port = random_free_port()
    connector_id = await system.connector(
        **settings(source_app=app, uri=f"http://127.0.0.1:{port}/{app}")
    )
    await post(system, app, MANY)
    lane = topology.lane(connector_id).name

    async def all_are_in_the_lane() -> bool:
        return await messages_in(rabbitmq, lane) == MANY

    await until(all_are_in_the_lane, "the deliveries to be in the lane")
    await raise_alarm(rabbitmq)
    async with a_back_office(FakeBackOffice(port)) as office:
        await until_empty(rabbitmq, lane)
        assert len(office.calls[app]) == MANY
        assert await stored(system) > 0
        await clear_alarm(rabbitmq)
        assert await until_recorded(system, app, MANY) == ["Success"] * MANY
        assert office.repeated(app) == 0
    await outbox_is_empty(system)
    await system.stop("dispatcher")


@pytest.mark.usefixtures("calm")
async def test_transactions_that_a_killed_dispatcher_routed_during_an_alarm_stay_before_later_ones(
    system: System, rabbitmq: RabbitMq, app: str
) -> None:
    async with a_back_office() as office:
        await system.connector(**settings(source_app=app, uri=office.url(app)))
        await post(system, app, MANY)
        await raise_alarm(rabbitmq)
        await system.start("dispatcher", ready=False, **SETTINGS)
        await until_routed(system, MANY)
        await until_empty(rabbitmq, topology.DISPATCHER_TRANSACTIONS.name)
        await system.stop("dispatcher", signal.SIGKILL)
        assert not office.calls[app]

        await clear_alarm(rabbitmq)
        await system.start("dispatcher", "dispatcher-after", ready=False, **SETTINGS)
        await update(system, app, MANY)
        assert set(await until_recorded(system, app, 2 * MANY)) == {"Success"}
        assert office.repeated(app) == 0
        assert set(map(tuple, office.actions(app).values())) == {("create", "update")}
    await outbox_is_empty(system)
    await system.stop("dispatcher-after")
