"""The whole system: servers, then services, then the connectors to begin with; stopped in
the opposite order.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from typing import TYPE_CHECKING

from local_stack.credentials import credentials
from local_stack.errors import LocalError
from local_stack.leftovers import sweep
from local_stack.outside import Outside
from local_stack.processes import OwnProcess
from local_stack.seed import seed
from local_stack.servers.pair import Addresses, Pair
from local_stack.servers.ports import chosen
from local_stack.servers.rabbitmq import is_missing
from local_stack.services import STOPPING, WANTED_PORTS, Surroundings, environment, program
from local_stack.state import Identity, State, StateFile, alone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    import aiohttp
    from pydantic import SecretStr

    from local_stack.settings import Settings

    Say = Callable[[str], None]

READY_S = 60.0
STOP_S = 20.0
PAUSE_S = 2.0


@contextlib.asynccontextmanager
async def running(
    settings: Settings, http: aiohttp.ClientSession, say: Say
) -> AsyncIterator[System]:
    """Have everything running inside this block, and nothing after it; raises LocalError."""
    directory = settings.directory.resolve()
    with alone(directory):
        for name in await sweep(directory, StateFile(directory)):
            say(f"{name} was left from an earlier run and is stopped")
        system = System(settings, http, say)
        try:
            await system.start()
            yield system
        finally:
            await system.stop()


class System:
    """Starts and stops everything, and writes down what runs."""

    def __init__(self, settings: Settings, http: aiohttp.ClientSession, say: Say) -> None:
        self._settings = settings
        self._say = say
        self._directory = settings.directory.resolve()
        self._file = StateFile(self._directory)
        self._state = State(runner=Identity.of(os.getpid()))
        self._servers = Pair(
            self._directory,
            Addresses(_plain(settings.rabbitmq_url), _plain(settings.mongodb_url)),
            self._note,
        )
        self.credentials = credentials(self._directory)
        self.services: dict[str, OwnProcess] = {}
        self.outside = Outside(http, self.addresses, self.credentials.api_key)

    @property
    def addresses(self) -> dict[str, str]:
        """Where each service listens."""
        return self._state.addresses

    async def start(self) -> None:
        """Start all of it and wait until it is ready, saying what is waited for;
        raises LocalError.
        """
        if is_missing() and not self._settings.rabbitmq_url:
            self._say("RabbitMQ is missing: installing Debian's rabbitmq-server (a minute or so)")
        with self._timed("RabbitMQ and MongoDB"):
            await self._servers.start()
        ports = chosen(self._directory / "ports.json", WANTED_PORTS)
        self.addresses.update({name: f"http://127.0.0.1:{port}" for name, port in ports.items()})
        await self._start_services()
        await seed(self.outside, self.addresses["simulator"])
        self._file.write(self._state.model_copy(update={"is_ready": True}))

    async def stop(self) -> None:
        """Let the planners rest, stop services in order, then the servers of our own."""
        self._say("Stopping everything ...")
        if "simulator" in self.services:
            with contextlib.suppress(LocalError, TimeoutError):
                await asyncio.wait_for(
                    self.outside.simulator("PUT", "/planners", json={"rate": 0}), PAUSE_S
                )
        for together in STOPPING:
            await asyncio.gather(
                *(self.services[name].stop(STOP_S) for name in together if name in self.services)
            )
        await self._servers.stop()
        self._file.remove()

    async def _start_services(self) -> None:
        addresses = self._servers.addresses
        around = Surroundings(
            *addresses,
            self.credentials,
            self.addresses,
            self._settings.rate,
            self._settings.retry_cron,
        )
        try:
            async with asyncio.TaskGroup() as group:
                for name in WANTED_PORTS:
                    group.create_task(self._start_service(name, environment(name, around)))
        except* LocalError as failed:
            raise failed.exceptions[0] from None

    async def _start_service(self, name: str, told: dict[str, str]) -> None:
        log = self._directory / "logs" / f"{name}.log"
        log.unlink(missing_ok=True)
        with self._timed(name):
            self.services[name] = process = await OwnProcess.start(name, [program(name)], told, log)
            self._note(process)
            await process.until(lambda: self.outside.is_ready(name), READY_S)

    def _note(self, process: OwnProcess) -> None:
        self._state.processes[process.name] = Identity.of(process.pid)
        self._file.write(self._state)

    @contextlib.contextmanager
    def _timed(self, what: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self._say(f"{what} ready after {time.monotonic() - began:.1f} s")


def _plain(given: SecretStr | None) -> str:
    return given.get_secret_value() if given else ""
