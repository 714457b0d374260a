"""The whole system for a run: servers, services, several dispatchers, the simulator with its back
offices, and their connectors.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chaos.connectors import CONNECTORS, REQUIRED
from chaos.evidence import BackOffice
from chaos.servers import Servers
from common.database import open_database
from tests.support.system import Service, System, a_session

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from chaos.options import Options

SETTINGS = {
    "RetryJobCronExpression": "*/5 * * * * *",
    "DISPATCHER_PROBE_S": "0.5",
    "DISPATCHER_LONGEST_PROBE_S": "4",
    "DISPATCHER_DRAIN_S": "20",
    "SIMULATOR_RECORDS": "1",
    "SIMULATOR_JOURNAL": "5000000",
}
"""Shorter waits than by default, so that a run of a minute has many of them."""
STOP_TIMEOUT_S = 40.0
"""The time for a service to end after SIGTERM, twice as long as dispatcher drains."""
MAX_STARTS = 10
OTHERS = ("ingest", "portal-api", "retry")


@dataclass
class Stage(System):
    """The services of a run, with their servers."""

    servers: Servers = field(kw_only=True)
    connector_ids: dict[str, str] = field(default_factory=dict)
    bad_exits: list[str] = field(default_factory=list)

    @property
    def dispatchers(self) -> list[str]:
        """The running dispatchers."""
        return sorted(name for name in self.services if name.startswith("dispatcher"))

    @property
    def back_offices(self) -> list[BackOffice]:
        """The back offices with their connectors."""
        return [
            BackOffice(
                one.name,
                self.connector_ids[one.name],
                one.source_app,
                one.sharing,
                one.can_be_asked,
            )
            for one in CONNECTORS
        ]

    def environment(self) -> dict[str, str]:
        """Return the settings of every process."""
        return super().environment() | SETTINGS

    async def start(
        self, kind: str, name: str | None = None, *, ready: bool = True, **settings: str
    ) -> Service:
        """Start a service. A service that ends because a server becomes unavailable is started
        again.

        Its container would do the same.
        """
        for starts_left in reversed(range(MAX_STARTS)):
            service = await super().start(kind, name, ready=False, **settings)
            if not ready:
                return service
            try:
                await self.until_ready(service.name)
            except AssertionError:
                if service.process.returncode is None or not starts_left:
                    raise
            else:
                return service
        raise AssertionError  # the loop returns or raises

    async def stop(self, name: str, number: signal.Signals = signal.SIGTERM) -> int:
        """Signal the process and wait for its end. Record an earlier exit, and kill the process
        when it does not end.
        """
        self.record_exits(name)
        service = self.services[name]
        try:
            async with asyncio.timeout(STOP_TIMEOUT_S):
                return await super().stop(name, number)
        except TimeoutError:
            self.bad_exits.append(f"{name} did not end within {STOP_TIMEOUT_S:g} s")
            service.process.kill()
            return await service.process.wait()

    def record_exits(self, *names: str) -> None:
        """Record the services that have ended by themselves."""
        for name in names:
            code = self.services[name].process.returncode
            if code is not None:
                self.bad_exits.append(f"{name} ended with exit code {code}")

    async def begin(self, dispatchers: int) -> None:
        """Start every service, and create every connector."""
        names = [f"dispatcher-{number}" for number in range(1, dispatchers + 1)]
        async with asyncio.TaskGroup() as group:
            for name in (*OTHERS, "simulator"):
                group.create_task(self.start(name))
            for name in names:
                group.create_task(self.start("dispatcher", name))
        await asyncio.gather(*(self._connect(number) for number in range(len(CONNECTORS))))

    async def versions(self) -> dict[str, str | None]:
        """Return the versions of both servers."""
        _, seen = await self.api("GET", "/status")
        return {name: seen[name]["version"] for name in ("rabbitmq", "mongodb")}

    async def every_delivery(self) -> list[dict[str, Any]]:
        """Return all deliveries of the API, in few requests."""
        return [
            delivery
            for archived in ("false", "true")
            for delivery in await self.deliveries(archived=archived)
        ]

    async def _connect(self, number: int) -> None:
        connector = CONNECTORS[number]
        if connector.has_login:
            await self.simulated("PUT", connector.name, "/authentication", json=REQUIRED)
        fields = connector.fields(self.services["simulator"].url)
        self.connector_ids[connector.name] = await self.connector(**fields)


@contextlib.asynccontextmanager
async def running_stage(options: Options, directory: Path) -> AsyncIterator[Stage]:
    """Run the whole system inside this block, and stop it afterwards."""
    servers = Servers(options, directory)
    try:
        await servers.start()
        async with a_session() as http:
            stage = Stage(
                servers.rabbitmq_url, servers.mongodb_url, directory, http, servers=servers
            )
            try:
                await stage.begin(options.dispatchers)
                yield stage
            finally:
                await stage.stop_all()
                await _drop(stage)
    finally:
        await servers.stop()


async def _drop(stage: Stage) -> None:
    database = open_database(stage.mongodb_url, stage.database)
    await database.client.drop_database(database.name)
    database.client.close()
