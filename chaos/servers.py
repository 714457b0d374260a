"""RabbitMQ and MongoDB of a run: child processes, or given servers with commands that
disrupt them.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from chaos.disruptions import GROUPS, Kind
from local_stack.errors import LocalError
from local_stack.servers.mongodb import MongoDb
from local_stack.servers.rabbitmq import RabbitMq

if TYPE_CHECKING:
    from pathlib import Path

    from chaos.options import Options

WATERMARK = "set_vm_memory_high_watermark"


class Servers:
    """Starts and disrupts both servers. A given server is disrupted only by a given command."""

    def __init__(self, options: Options, directory: Path) -> None:
        self._options = options
        self._rabbitmq = None if options.rabbitmq_url else RabbitMq(directory / "rabbitmq")
        self._mongodb = None if options.mongodb_url else MongoDb(directory / "mongodb")

    @property
    def rabbitmq_url(self) -> str:
        """The address of RabbitMQ, available after the start."""
        return self._rabbitmq.url if self._rabbitmq else self._options.rabbitmq_url

    @property
    def mongodb_url(self) -> str:
        """The address of MongoDB, available after the start."""
        return self._mongodb.url if self._mongodb else self._options.mongodb_url

    @property
    def possible(self) -> frozenset[Kind]:
        """The kinds of disruption that are possible and requested."""
        options = self._options
        own, given = self._rabbitmq is not None, self._mongodb is None
        impossible = {
            Kind.RESTART_BROKER: not own,
            Kind.RESTART_NODE: not own and not options.restart_rabbitmq,
            Kind.ALARM: not own and not (options.alarm_on and options.alarm_off),
            Kind.KILL_DATABASE: given,
            Kind.RESTART_DATABASE: given and not options.restart_mongodb,
        }
        return frozenset(
            kind
            for kind in Kind
            if GROUPS[kind] not in options.without and not impossible.get(kind)
        )

    async def start(self) -> None:
        """Start the servers of this run."""
        await asyncio.gather(*(server.start() for server in self._own))

    async def stop(self) -> None:
        """Stop the servers of this run."""
        await asyncio.gather(*(server.stop() for server in self._own))

    async def restart_broker(self, pause_s: float) -> None:
        """Stop RabbitMQ within its node, and start it after a pause."""
        if self._rabbitmq:
            await self._rabbitmq.control("stop_app")
            await asyncio.sleep(pause_s)
            await self._rabbitmq.control("start_app")

    async def restart_node(self, pause_s: float) -> None:
        """Restart RabbitMQ."""
        if not self._rabbitmq:
            return await _run(self._options.restart_rabbitmq)
        await self._rabbitmq.stop()
        await asyncio.sleep(pause_s)
        return await self._rabbitmq.start()

    async def kill_database(self, pause_s: float) -> None:
        """Kill MongoDB, and start MongoDB after a pause."""
        if self._mongodb:
            await self._mongodb.kill()
            await asyncio.sleep(pause_s)
            await self._mongodb.start()

    async def restart_database(self, pause_s: float) -> None:
        """Restart MongoDB."""
        if not self._mongodb:
            return await _run(self._options.restart_mongodb)
        await self._mongodb.stop()
        await asyncio.sleep(pause_s)
        return await self._mongodb.start()

    async def raise_alarm(self, duration_s: float) -> None:
        """Make RabbitMQ block publishers for this time, as with too little memory."""
        await self._switch_alarm(self._options.alarm_on, "absolute", "1MB")
        try:
            await asyncio.sleep(duration_s)
        finally:
            await self._switch_alarm(self._options.alarm_off, "0.4")

    async def _switch_alarm(self, command: str, *mark: str) -> None:
        await (self._rabbitmq.control(WATERMARK, *mark) if self._rabbitmq else _run(command))

    @property
    def _own(self) -> list[RabbitMq | MongoDb]:
        return [server for server in (self._rabbitmq, self._mongodb) if server]


async def _run(command: str) -> None:
    """Run the operator's command. Raises LocalError when it fails."""
    process = await asyncio.create_subprocess_shell(
        command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await process.communicate()
    if process.returncode != 0:
        raise LocalError(f"the command `{command}` failed: {output.decode()[-300:]}")
