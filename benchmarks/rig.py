"""The processes of a benchmark, with servers of their own."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import signal
import sys
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
from motor.motor_asyncio import AsyncIOMotorClient

from benchmarks.changes import SOURCE_APP
from local_stack.servers.mongodb import MongoDb
from local_stack.servers.ports import random_free_port
from local_stack.servers.rabbitmq import RabbitMq

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SECRET = "bench-source-61e0d4937ab2f8c5a9d1"  # noqa: S105 - made up, for loopback
API_KEY = "bench-admin-key-3fa85b1097ce24d6"
START_TIMEOUT_S = 120.0


@dataclass
class Rig:
    """Servers, and the processes under measurement."""

    rabbitmq_url: str
    mongodb_url: str
    directory: Path
    target_port: int = field(default_factory=random_free_port)
    running: dict[str, tuple[asyncio.subprocess.Process, int]] = field(default_factory=dict)

    @property
    def target(self) -> str:
        """The address of the back office that answers immediately."""
        return f"http://127.0.0.1:{self.target_port}/"

    async def start(self, name: str, **settings: str) -> int:
        """Start a service, wait until it is ready, and return its port."""
        port, prefix = random_free_port(), name.replace("-", "_").upper()
        environment = os.environ | {
            "RABBITMQ_URL": self.rabbitmq_url,
            "MONGODB_URL": self.mongodb_url,
            "MONGODB_DATABASE": "bench",
            "SECRET_KEYS": f"bench:{base64.b64encode(bytes(32)).decode()}",
            "DISPATCHER_PRIVATE_NETWORKS": '["127.0.0.0/8"]',
            f"{prefix}_PORT": str(port),
            **settings,
        }
        with (self.directory / f"{name}.log").open("ab") as log:
            command = Path(sys.executable).with_name(f"mboc-{name}")
            process = await asyncio.create_subprocess_exec(
                command, env=environment, stdout=log, stderr=log
            )
        self.running[name] = process, port
        await self.until_ready(port)
        return port

    async def stop(self, name: str) -> None:
        """Stop the process and wait."""
        process, _ = self.running.pop(name)
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()

    async def run(self, module: str, *arguments: str) -> bytes:
        """Run a module of this project to its end and return its output."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, *arguments, stdout=asyncio.subprocess.PIPE
        )
        printed, _ = await process.communicate()
        return printed

    async def until_ready(self, port: int) -> None:
        """Wait until the service is ready."""
        async with asyncio.timeout(START_TIMEOUT_S), aiohttp.ClientSession() as session:
            while True:
                with contextlib.suppress(aiohttp.ClientError):
                    async with session.get(f"http://127.0.0.1:{port}/health/consuming") as answer:
                        if answer.status == 200:
                            return
                await asyncio.sleep(0.1)

    async def reset_target(self) -> None:
        """Reset the counts of the target."""
        async with aiohttp.ClientSession() as session, session.delete(self.target):
            pass

    async def target_counts(self, count: int) -> dict[str, Any]:
        """Wait until the target has received ``count`` calls, and return its counts."""
        async with asyncio.timeout(START_TIMEOUT_S), aiohttp.ClientSession() as session:
            while True:
                async with session.get(self.target) as answer:
                    page: dict[str, Any] = json.loads(await answer.read())
                if page["count"] >= count:
                    return page
                await asyncio.sleep(0.2)

    async def connect(
        self, *connector_ids: str, system: str = "Webhook", api_type: str = "REST", path: str = ""
    ) -> None:
        """Create exactly these connectors, all to the target, with 64 concurrent calls between
        them.
        """
        client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(self.mongodb_url)
        collection = client["bench"]["connectors"]
        await collection.delete_many({})
        limits = {"calls_in_flight": max(1, 64 // len(connector_ids)), "calls_per_second": 0}
        reached = {
            "system": system,
            "api_type": api_type,
            "uri": self.target + path,
            "limits": limits,
        }
        plain = {
            "version": 1,
            "name": "Bench",
            "source_app": SOURCE_APP,
            "modified_at": datetime.now(UTC),
        }
        await collection.insert_many(
            [{"_id": c, "connector_id": c} | plain | reached for c in connector_ids]
        )


@contextlib.asynccontextmanager
async def rig() -> AsyncIterator[Rig]:
    """Start the servers and the target, and stop all processes at the end."""
    with tempfile.TemporaryDirectory(prefix="mboc-bench-") as name:
        directory = Path(name)
        rabbitmq, mongodb = RabbitMq(directory / "rabbitmq"), MongoDb(directory / "mongodb")
        await asyncio.gather(rabbitmq.start(), mongodb.start())
        built = Rig(rabbitmq.url, mongodb.url, directory)
        target = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "benchmarks.target", str(built.target_port)
        )
        try:
            yield built
        finally:
            for service in list(built.running):
                await built.stop(service)
            target.terminate()
            await target.wait()
            await asyncio.gather(rabbitmq.stop(), mongodb.stop())
