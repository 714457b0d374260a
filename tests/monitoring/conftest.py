"""A Prometheus that scrapes the running system, with planners at work and every fault that has an
alert.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from local_stack.servers.mongodb import MongoDb
from local_stack.servers.ports import random_free_port
from tests.support.faults import FaultInjector, RabbitMqInAlarm
from tests.support.https_webhook import https_webhook
from tests.support.prometheus import Prometheus
from tests.support.system import System, a_system

JOBS = ("ingest", "dispatcher", "portal-api", "retry")
NOWHERE = "amqp://127.0.0.1:1/"
EVERY_SECOND = "* * * * * *"
BEGAN = 'process_start_time_seconds{instance="ingest-lonely"}'
PAUSE_S = 1.5


@dataclass
class Watched:
    """The system that Prometheus scrapes."""

    system: System
    mongodb: MongoDb
    prometheus: Prometheus
    trouble: FaultInjector

    def look_again(self) -> None:
        """Scrape the services at their current addresses."""
        for job in JOBS:
            found = {
                name: service.url
                for name, service in self.system.services.items()
                if name == job or name.startswith(f"{job}-")
            }
            self.prometheus.watch(job, found)

    async def restart(self, name: str) -> None:
        """Restart the service, and scrape it at its new address."""
        await self.system.start(name)
        self.look_again()


@pytest.fixture(scope="package")
async def watched(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Watched]:
    """A system apart from the other tests, because their connectors would make too many series."""
    directory = tmp_path_factory.mktemp("monitoring")
    mongodb, rabbitmq = (
        MongoDb(directory / "mongodb"),
        RabbitMqInAlarm(directory / "short").on(random_free_port()),
    )
    await asyncio.gather(mongodb.start(), rabbitmq.start())
    async with a_system(mongodb.url, directory) as system, https_webhook(directory) as https:
        seen = Watched(
            system,
            mongodb,
            Prometheus(directory / "prometheus", system.http),
            FaultInjector(system, https),
        )
        await asyncio.gather(seen.prometheus.start(), _start_services(seen))
        await seen.trouble.begin()
        seen.look_again()
        seen.prometheus.watch("rabbitmq", {"rabbitmq": rabbitmq.metrics_url})
        working = [
            asyncio.create_task(seen.trouble.keep_up()),
            asyncio.create_task(_restart_again_and_again(seen)),
        ]
        yield seen
        for work in working:
            work.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        await asyncio.gather(seen.prometheus.stop(), rabbitmq.kill())
    await mongodb.stop()


async def _start_services(seen: Watched) -> None:
    """Start the system with planners at work, a timer job without work, and an ingest without a
    RabbitMQ.
    """
    system = seen.system
    await asyncio.gather(
        system.start_all(),
        system.start(
            "retry",
            RetryJobCronExpression=EVERY_SECOND,
            MONGODB_DATABASE=f"{system.database}-timer",
        ),
        system.start("ingest", "ingest-lonely", ready=False, RABBITMQ_URL=NOWHERE),
    )
    ingest = system.services["ingest"].url
    await system.start(
        "simulator",
        "simulator-planners",
        SIMULATOR_RATE="5",
        SIMULATOR_INGEST_URL=ingest,
        SIMULATOR_SOURCE_APPS='["well"]',
    )


async def _restart_again_and_again(seen: Watched) -> None:
    """Restart the lonely ingest whenever Prometheus has scraped it, as a service that fails
    early.
    """
    last = None
    while True:
        await asyncio.sleep(PAUSE_S)
        began = await seen.prometheus.query(BEGAN)
        if not began or began[0]["value"][1] == last:
            continue
        last = began[0]["value"][1]
        await seen.system.stop("ingest-lonely", signal.SIGKILL)
        await seen.system.start("ingest", "ingest-lonely", ready=False, RABBITMQ_URL=NOWHERE)
        seen.look_again()
