"""Both servers: given by the operator, or started as child processes."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, NamedTuple

from local_stack.errors import LocalError
from local_stack.processes import Started, ignore_start
from local_stack.servers.mongodb import MongoDb
from local_stack.servers.rabbitmq import RabbitMq

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


class Addresses(NamedTuple):
    """The addresses of both servers. Empty means unknown."""

    rabbitmq_url: str = ""
    mongodb_url: str = ""


NONE_GIVEN = Addresses()


class ServerPair:
    """RabbitMQ and MongoDB. A server with a given address is neither started nor stopped."""

    def __init__(
        self, directory: Path, given: Addresses = NONE_GIVEN, started: Started = ignore_start
    ) -> None:
        self._given = given
        self._rabbitmq = None if given.rabbitmq_url else RabbitMq(directory / "rabbitmq", started)
        self._mongodb = None if given.mongodb_url else MongoDb(directory / "mongodb", started)

    @property
    def addresses(self) -> Addresses:
        """The addresses, available after the start."""
        rabbitmq_url = self._rabbitmq.url if self._rabbitmq else self._given.rabbitmq_url
        return Addresses(
            rabbitmq_url, self._mongodb.url if self._mongodb else self._given.mongodb_url
        )

    async def start(self) -> None:
        """Start the servers concurrently, without the given ones. Raises LocalError."""
        try:
            async with asyncio.TaskGroup() as group:
                for server in self._own:
                    group.create_task(server.start())
        except* LocalError as failed:
            raise failed.exceptions[0] from None

    async def stop(self) -> None:
        """Stop the servers that this pair started."""
        await asyncio.gather(*(server.stop() for server in self._own))

    @property
    def _own(self) -> list[RabbitMq | MongoDb]:
        return [server for server in (self._rabbitmq, self._mongodb) if server]


@contextlib.asynccontextmanager
async def servers(directory: Path) -> AsyncIterator[Addresses]:
    """Run both servers inside this block."""
    pair = ServerPair(directory)
    try:
        await pair.start()
        yield pair.addresses
    finally:
        await pair.stop()
