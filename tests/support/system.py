"""The whole system as processes on real servers, as an operator runs it."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import signal
import sys
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import aiohttp

from common.database import open_database
from local_stack.servers.ports import random_free_port
from local_stack.servers.rabbitmq import RabbitMq
from tests.support.builders import as_body
from tests.support.secret_scan import ISSUED, SecretScan, note_fields, noted_secrets
from tests.support.stored_leaks import stored_leaks

SECRET, API_KEY = "demo-source-4b7f19c2a80d6e53f1c9", "portal-admin-key-9d2c71e8b04f5a36"
ADMIN, ADMIN_PASSWORD = "first-admin", "made-up lantern walrus 42"
SECRET_KEYS = f"k1:{base64.b64encode(bytes(range(32))).decode()}"
EVENTS = {
    "create": "appointment-created",
    "update": "appointment-updated",
    "delete": "appointment-deleted",
}


T = TypeVar("T")
KEPT_S = 2
WAITING_TIMEOUT_S = 90
"""Ends a test that waits in vain. The timeout is long because the machine may be busy."""


def a_session() -> aiohttp.ClientSession:
    """Open an HTTP session that closes idle connections before our services do.

    A request on a connection that the server just closed would be lost.
    """
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(keepalive_timeout=KEPT_S))


async def until(
    ask: Callable[[], Awaitable[T | None]], what: str, within_s: float = WAITING_TIMEOUT_S
) -> T:
    """Ask again until the answer is truthy, and return it. Fail with a sentence about the
    condition.
    """
    deadline = time.monotonic() + within_s
    while True:
        if answer := await ask():
            return answer
        assert time.monotonic() < deadline, f"waited {within_s} s in vain: {what}"
        await asyncio.sleep(0.05)


@dataclass
class Service:
    """One process of the system."""

    name: str
    port: int
    process: asyncio.subprocess.Process
    log: Path

    @property
    def url(self) -> str:
        """The base address of the process."""
        return f"http://127.0.0.1:{self.port}"


@dataclass
class System:
    """Services by name, and requests to them from outside."""

    rabbitmq_url: str
    mongodb_url: str
    directory: Path
    http: aiohttp.ClientSession
    database: str = field(default_factory=lambda: f"test-{uuid.uuid4().hex[:8]}")
    services: dict[str, Service] = field(default_factory=dict)

    async def start(
        self, kind: str, name: str | None = None, *, ready: bool = True, **settings: str
    ) -> Service:
        """Start a process of this service, and wait until it is ready."""
        name, prefix = name or kind, kind.replace("-", "_").upper()
        port = int(settings.get(f"{prefix}_PORT") or random_free_port())
        log = self.directory / f"{name}.log"
        with log.open("ab") as out:
            command = Path(sys.executable).with_name(f"mboc-{kind}")
            environment = (
                self.environment()
                | {f"{prefix}_PORT": str(port), f"{prefix}_REPLICA": name}
                | settings
            )
            process = await asyncio.create_subprocess_exec(
                command, env=environment, stdout=out, stderr=out
            )
        self.services[name] = Service(name, port, process, log)
        if ready:
            await self.until_ready(name)
        return self.services[name]

    async def stop(self, name: str, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal to the process, wait for its end, and return its exit code."""
        service = self.services.pop(name)
        if service.process.returncode is None:
            service.process.send_signal(number)
        return await asyncio.wait_for(service.process.wait(), WAITING_TIMEOUT_S)

    async def start_all(self) -> None:
        """Start one process of each service between a change and its back office."""
        await asyncio.gather(
            *(self.start(kind) for kind in ("ingest", "dispatcher", "portal-api", "simulator"))
        )

    async def stop_all(self) -> None:
        """Stop every process."""
        await asyncio.gather(*(self.stop(name) for name in list(self.services)))

    async def is_ready(self, name: str) -> bool:
        """Whether the service reports that it is ready and consumes."""
        try:
            async with self.http.get(f"{self.services[name].url}/health/consuming") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    async def until_ready(self, name: str) -> None:
        """Wait until the service is ready."""

        async def ask() -> bool:
            service = self.services[name]
            assert service.process.returncode is None, (
                f"{name} ended: {service.log.read_text()[-2000:]}"
            )
            return await self.is_ready(name)

        await until(ask, f"{name} to be ready")

    async def post(
        self, action: str, body: bytes | dict[str, Any], **headers: str
    ) -> tuple[int, dict[str, Any]]:
        """Report a change as Dime.Scheduler does. Raises ClientConnectionError while ingest
        restarts.
        """
        if (ingest := self.services.get("ingest")) is None:
            raise aiohttp.ClientConnectionError("ingest does not run")
        sent = {"X-API-KEY": SECRET, "Content-Type": "application/json"} | headers
        data = body if isinstance(body, bytes) else as_body(body)
        async with self.http.post(
            f"{ingest.url}/webhooks/demo/{EVENTS[action]}", data=data, headers=sent
        ) as answer:
            return answer.status, await answer.json(content_type=None)

    async def change(self, action: str, body: bytes | dict[str, Any]) -> str:
        """Report one change and return its transaction id."""
        status, answer = await self.post(action, body)
        assert status == 202, answer
        return str(answer["transactions"][0])

    async def api(self, method: str, path: str, **options: Any) -> tuple[int, Any]:
        """Send a request to the portal API as an administrator's script does."""
        headers = {"X-API-KEY": API_KEY} | options.pop("headers", {})
        note_fields(options.get("json"))
        async with self.http.request(
            method, f"{self.services['portal-api'].url}/api{path}", headers=headers, **options
        ) as answer:
            text = await answer.text()
            found = json.loads(text) if text else None
            note_fields(found if method == "POST" else None, ISSUED)
            return answer.status, found

    async def download(self, path: str) -> bytes:
        """Return the body of an export."""
        url = f"{self.services['portal-api'].url}/api{path}"
        async with self.http.get(url, headers={"X-API-KEY": API_KEY}) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.read()

    async def connector(self, **fields: Any) -> str:
        """Create a connector and return its id."""
        status, answer = await self.api(
            "POST",
            "/connectors",
            json={"name": "Hook", "system": "Webhook", "api_type": "REST"} | fields,
        )
        assert status == 201, answer
        await self.until_used(answer)
        return str(answer["connector_id"])

    async def switch(self, connector_id: str, step: str) -> None:
        """Enable or disable a connector."""
        status, answer = await self.api("POST", f"/connectors/{connector_id}/{step}")
        assert status == 200, answer
        await self.until_used(answer)

    async def until_used(self, connector: dict[str, Any]) -> None:
        """Wait until every dispatcher uses this version of the connector, without a restart."""
        line = (
            f'mboc_dispatcher_connector_version{{connector_id="{connector["connector_id"]}"}} '
            f"{connector['version']}.0"
        )

        async def ask() -> bool:
            return all(
                [
                    line in await self.metrics(name)
                    for name in self.services
                    if name.startswith("dispatcher")
                ]
            )

        await until(ask, f"connector {connector['connector_id']} to be used")

    async def metrics(self, name: str) -> str:
        """Return the metrics of a service."""
        async with self.http.get(f"{self.services[name].url}/metrics") as answer:
            return await answer.text()

    async def hook(self, name: str, **fields: Any) -> str:
        """Create a connector to the simulator's webhook of this name, with a source app of this
        name.
        """
        return await self.connector(**{"source_app": name, "uri": self.back_office(name)} | fields)

    def back_office(self, name: str) -> str:
        """Return the address of a simulated webhook."""
        return f"{self.services['simulator'].url}/back-offices/{name}"

    async def simulated(self, method: str, name: str, path: str = "", **options: Any) -> Any:
        """Read or configure a simulated back office."""
        async with self.http.request(method, self.back_office(name) + path, **options) as answer:
            assert answer.status < 300, await answer.text()
            return await answer.json() if answer.content_length else None

    async def deliveries(self, **filters: Any) -> list[dict[str, Any]]:
        """Return all deliveries that match, from all pages."""
        found: list[dict[str, Any]] = []
        query = {"limit": "200", **{key: str(value) for key, value in filters.items()}}
        while True:
            status, answer = await self.api("GET", "/deliveries", params=query)
            assert status == 200, answer
            found += answer["items"]
            if not answer["next"]:
                return found
            query["after"] = answer["next"]

    async def delivery(self, transaction_id: str, status: str | None = None) -> dict[str, Any]:
        """Wait until the transaction's only delivery has a status, or this status, and return
        it.
        """

        async def ask() -> dict[str, Any] | None:
            for found in await self.deliveries(transaction_id=transaction_id):
                if found["status"] and (status is None or found["status"] == status):
                    return found
            return None

        return await until(ask, f"delivery of {transaction_id} to come to {status or 'a status'}")

    def environment(self) -> dict[str, str]:
        """Return the settings of every process."""
        return os.environ | {
            "RABBITMQ_URL": self.rabbitmq_url,
            "MONGODB_URL": self.mongodb_url,
            "MONGODB_DATABASE": self.database,
            "SECRET_KEYS": SECRET_KEYS,
            "INGEST_SECRETS": json.dumps({"demo": SECRET}),
            "PORTAL_API_KEY": API_KEY,
            "PORTAL_API_FIRST_ADMIN": ADMIN,
            "PORTAL_API_FIRST_ADMIN_PASSWORD": ADMIN_PASSWORD,
            "PORTAL_API_TRUSTED_PROXIES": '["127.0.0.0/8"]',
            "PORTAL_API_VERIFICATION_S": "7200",
            "PORTAL_API_FIGURES_S": "0.5",
            "PORTAL_API_SILENT_S": "8",
            "DISPATCHER_PRIVATE_NETWORKS": '["127.0.0.0/8"]',
            "DISPATCHER_REFRESH_S": "2",
            "DISPATCHER_LEASE_S": "4",
            "SIMULATOR_SECRET": SECRET,
            "SIMULATOR_SOURCE": "demo",
            "SIMULATOR_RATE": "0",
            "SIMULATOR_BACK_OFFICES": "10000",
        }


@contextlib.asynccontextmanager
async def a_system(mongodb_url: str, directory: Path) -> AsyncIterator[System]:
    """Open a system without processes, on a RabbitMQ of its own because two systems would share the
    queues of one broker.
    """
    rabbitmq = RabbitMq(directory / "rabbitmq")
    await rabbitmq.start()
    async with a_session() as http:
        system = System(rabbitmq.url, mongodb_url, directory, http)
        try:
            yield system
        finally:
            await system.stop_all()
            scan = SecretScan(noted_secrets())
            leaks = await stored_leaks(mongodb_url, scan, system.database)
            database = open_database(mongodb_url, system.database)
            await database.client.drop_database(database.name)
            database.client.close()
            await rabbitmq.stop()
            assert leaks == []
