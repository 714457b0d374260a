"""Services that start before their servers wait, name the missing server, and work once it is
available.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from local_stack.servers.mongodb import MongoDb
from local_stack.servers.rabbitmq import RabbitMq
from tests.support.system import System, until

LATE = {
    "ingest": "ingest-late",
    "dispatcher": "dispatcher-late",
    "portal-api": "portal-api-late",
    "retry": "retry-late",
}
NEED_MONGODB = ("dispatcher", "portal-api", "retry")


@pytest.fixture
async def no_servers(system: System, rabbitmq: RabbitMq, mongodb: MongoDb) -> AsyncIterator[None]:
    """RabbitMQ and MongoDB are stopped during the test."""
    await asyncio.gather(rabbitmq.stop(), mongodb.stop())
    yield
    await asyncio.gather(*(system.stop(name) for name in LATE.values() if name in system.services))
    await asyncio.gather(*(system.until_ready(name) for name in system.services))


async def until_logged(system: System, name: str, sentence: str) -> None:
    async def ask() -> bool:
        return sentence in await asyncio.to_thread(system.services[name].log.read_text)

    await until(ask, f"{name} to log: {sentence}")


@pytest.mark.usefixtures("no_servers")
async def test_every_service_waits_for_its_servers_and_logs_it(
    system: System, rabbitmq: RabbitMq, mongodb: MongoDb
) -> None:
    await asyncio.gather(*(system.start(kind, name, ready=False) for kind, name in LATE.items()))

    await asyncio.gather(
        *(until_logged(system, name, "RabbitMQ is unavailable") for name in LATE.values())
    )
    assert not any(await asyncio.gather(*map(system.is_ready, LATE.values())))
    await rabbitmq.start()

    await asyncio.gather(
        *(until_logged(system, LATE[kind], "MongoDB is unavailable") for kind in NEED_MONGODB)
    )
    assert not any(await asyncio.gather(*(system.is_ready(LATE[kind]) for kind in NEED_MONGODB)))
    await system.until_ready(LATE["ingest"])
    await mongodb.start()

    await asyncio.gather(*map(system.until_ready, LATE.values()))


UNREACHABLE = {
    "RABBITMQ_URL": "amqp://guest:guest@127.0.0.1:9/",
    "MONGODB_URL": "mongodb://127.0.0.1:9/?replicaSet=rs0",
}


@pytest.mark.parametrize(
    ("kind", "setting"),
    [*((kind, "RABBITMQ_URL") for kind in LATE), *((kind, "MONGODB_URL") for kind in NEED_MONGODB)],
)
async def test_a_service_that_still_waits_for_a_server_stops_when_asked(
    system: System, kind: str, setting: str
) -> None:
    name = f"{kind}-without-{setting.lower()}"
    await system.start(kind, name, ready=False, **{setting: UNREACHABLE[setting]})
    await until_logged(system, name, "is unavailable, waiting for it")

    code = await asyncio.wait_for(system.stop(name), 20)

    assert code == 0
