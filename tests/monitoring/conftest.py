"""A Prometheus that watches the running system: the simulator's planners at work, and every trouble that alerts are for."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from local_stack.servers.ports import any_free
from tests.support.prometheus import Prometheus
from tests.support.system import System
from tests.support.tls import https_webhook
from tests.support.trouble import ShortOfMemory, Trouble

JOBS = ("ingest", "dispatcher", "portal-api", "retry")
NOWHERE = "amqp://127.0.0.1:1/"
EVERY_SECOND = "* * * * * *"
BEGAN = 'process_start_time_seconds{instance="ingest-lonely"}'
PAUSE_S = 1.5


@dataclass
class Watched:
    """The system under Prometheus' eyes."""

    system: System
    prometheus: Prometheus
    trouble: Trouble

    def look_again(self) -> None:
        """Scrape the services where they are by now."""
        for job in JOBS:
            found = {name: service.url for name, service in self.system.services.items() if name == job or name.startswith(f"{job}-")}
            self.prometheus.watch(job, found)

    async def restart(self, name: str) -> None:
        """Start the service again, and have it scraped where it is then."""
        await self.system.start(name)
        self.look_again()


@pytest.fixture(scope="package")
async def watched(system: System, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Watched]:
    directory = tmp_path_factory.mktemp("monitoring")
    rabbitmq = ShortOfMemory(directory / "rabbitmq").on(any_free())
    prometheus = Prometheus(directory / "prometheus", system.http)
    async with https_webhook(directory) as https:
        seen = Watched(system, prometheus, Trouble(system, https))
        await asyncio.gather(rabbitmq.start(), prometheus.start(), _start_services(seen), seen.trouble.begin())
        seen.look_again()
        prometheus.watch("rabbitmq", {"rabbitmq": rabbitmq.metrics_url})
        working = [asyncio.create_task(seen.trouble.keep_up()), asyncio.create_task(_restart_again_and_again(seen))]
        yield seen
        for work in working:
            work.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        ours = {"retry", "ingest-lonely", "simulator-planners"} & set(system.services)
        await asyncio.gather(*(system.stop(name, signal.SIGKILL) for name in ours), prometheus.stop(), rabbitmq.kill())
        await seen.trouble.end()


async def _start_services(seen: Watched) -> None:
    """Start what the suite's system has not: planners, a timer job with nothing to do, and an ingest without a RabbitMQ."""
    system = seen.system
    apps = f'["{seen.trouble.app("well")}"]'
    ingest = system.services["ingest"].url
    await asyncio.gather(
        system.start("simulator", "simulator-planners", SIMULATOR_RATE="5", SIMULATOR_INGEST_URL=ingest, SIMULATOR_SOURCE_APPS=apps),
        system.start("retry", RetryJobCronExpression=EVERY_SECOND, MONGODB_DATABASE=f"{system.database}-timer"),
        system.start("ingest", "ingest-lonely", ready=False, RABBITMQ_URL=NOWHERE),
    )


async def _restart_again_and_again(seen: Watched) -> None:
    """Start the lonely ingest anew whenever Prometheus has seen it, as something that fails early would be."""
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
