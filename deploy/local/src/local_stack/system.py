"""The whole system: servers, then services, then the demo's connectors. It stops in the opposite
order.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from typing import TYPE_CHECKING

from local_stack.credentials import credentials
from local_stack.errors import LocalError
from local_stack.foreground import write_environment
from local_stack.leftovers import stop_leftovers
from local_stack.processes import ManagedProcess
from local_stack.seed import seed
from local_stack.servers.pair import Addresses, ServerPair
from local_stack.servers.ports import choose_ports
from local_stack.servers.rabbitmq import is_missing
from local_stack.services import STOPPING, WANTED_PORTS, ServiceContext, environment, program
from local_stack.state import Identity, State, StateFile, exclusive_lock
from local_stack.system_client import SystemClient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    import aiohttp
    from pydantic import SecretStr

    from local_stack.settings import Settings

    Say = Callable[[str], None]

READY_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 20.0
PAUSE_TIMEOUT_S = 2.0


@contextlib.asynccontextmanager
async def running(
    settings: Settings, http: aiohttp.ClientSession, say: Say
) -> AsyncIterator[System]:
    """Run the system inside this block, and stop it afterwards. Raises LocalError."""
    directory = settings.directory.resolve()
    with exclusive_lock(directory):
        for name in await stop_leftovers(directory, StateFile(directory)):
            say(f"{name} of an earlier run is stopped")
        system = System(settings, http, say)
        try:
            await system.start()
            yield system
        finally:
            await system.stop()


class System:
    """Starts and stops all processes, and records them in the state file."""

    def __init__(self, settings: Settings, http: aiohttp.ClientSession, say: Say) -> None:
        self._settings = settings
        self._say = say
        self._directory = settings.directory.resolve()
        self._file = StateFile(self._directory)
        self._state = State(runner=Identity.of(os.getpid()))
        self._servers = ServerPair(
            self._directory,
            Addresses(_plain(settings.rabbitmq_url), _plain(settings.mongodb_url)),
            self._record,
        )
        self.credentials = credentials(self._directory)
        self.services: dict[str, ManagedProcess] = {}
        self.client = SystemClient(http, self.addresses, self.credentials.api_key)

    @property
    def addresses(self) -> dict[str, str]:
        """The address of each service."""
        return self._state.addresses

    async def start(self) -> None:
        """Start all processes, wait until they are ready, and print the progress. Raises
        LocalError.
        """
        if is_missing() and not self._settings.rabbitmq_url:
            self._say("RabbitMQ is missing: installing Debian's rabbitmq-server (a minute or so)")
        with self._timed("RabbitMQ and MongoDB"):
            await self._servers.start()
        ports = choose_ports(self._directory / "ports.json", WANTED_PORTS)
        self.addresses.update({name: f"http://127.0.0.1:{port}" for name, port in ports.items()})
        await self._start_services()
        await seed(self.client, self.addresses["simulator"])
        self._file.write(self._state.model_copy(update={"is_ready": True}))

    async def stop(self) -> None:
        """Pause the planners, stop services in order, then the servers of this run."""
        self._say("Stopping everything ...")
        if "simulator" in self.services:
            with contextlib.suppress(LocalError, TimeoutError):
                await asyncio.wait_for(
                    self.client.simulator("PUT", "/planners", json={"rate": 0}), PAUSE_TIMEOUT_S
                )
        for together in STOPPING:
            await asyncio.gather(
                *(
                    self.services[name].stop(STOP_TIMEOUT_S)
                    for name in together
                    if name in self.services
                )
            )
        await self._servers.stop()
        self._file.remove()

    async def _start_services(self) -> None:
        addresses = self._servers.addresses
        context = ServiceContext(
            *addresses,
            self.credentials,
            self.addresses,
            self._settings.rate,
            self._settings.retry_cron,
        )
        try:
            async with asyncio.TaskGroup() as group:
                for name in WANTED_PORTS:
                    group.create_task(self._start_service(name, environment(name, context)))
        except* LocalError as failed:
            raise failed.exceptions[0] from None

    async def _start_service(self, name: str, settings: dict[str, str]) -> None:
        log = self._directory / "logs" / f"{name}.log"
        log.unlink(missing_ok=True)
        write_environment(self._directory, name, settings)
        with self._timed(name):
            self.services[name] = process = await ManagedProcess.start(
                name, [program(name)], settings, log
            )
            self._record(process)
            await process.until(lambda: self.client.is_ready(name), READY_TIMEOUT_S)

    def _record(self, process: ManagedProcess) -> None:
        self._state.processes[process.name] = Identity.of(process.pid)
        self._file.write(self._state)

    @contextlib.contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self._say(f"{name} ready after {time.monotonic() - began:.1f} s")


def _plain(given: SecretStr | None) -> str:
    return given.get_secret_value() if given else ""
