"""Injects the faults that alerts report into a running system, and repeats them. No server
stops.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import aio_pika
import aiohttp

from common import topology
from common.contracts.appointment import Action
from common.contracts.transaction import TRANSACTIONS, TransactionReceived
from ingest.changes import read_change
from local_stack.servers.rabbitmq import RabbitMq
from tests.support.builders import a_snapshot
from tests.support.https_webhook import HttpsWebhook
from tests.support.simulated_back_offices import a_client
from tests.support.system import SECRET, System

PACE_S = 0.25
ENOUGH_TO_BE_HELD = 6
STEADY = ("refuses", "poor", "rich", "secured", "nobody")
AGE = timedelta(hours=2)
POISON = b'{"not": "a transaction"}'


class RabbitMqInAlarm(RabbitMq):
    """A RabbitMQ that publishes metrics and is always in its memory alarm."""

    @property
    def metrics_url(self) -> str:
        """The address of the metrics plugin."""
        return f"http://127.0.0.1:{self._port}"

    def on(self, port: int) -> RabbitMqInAlarm:
        """Set the port of the metrics plugin."""
        self._port = port
        return self

    def _environment(self) -> dict[str, str]:
        environment = super()._environment()
        (self._directory / "plugins").write_text("[rabbitmq_prometheus].\n")
        told = (
            f"prometheus.tcp.ip = 127.0.0.1\nprometheus.tcp.port = {self._port}\n"
            "vm_memory_high_watermark.absolute = 1MB\n"
        )
        with (self._directory / "rabbitmq.conf").open("a") as file:
            file.write(told)
        return environment


class FaultInjector:
    """Connectors with every kind of fault, rejected senders, and poison messages."""

    def __init__(self, system: System, https: HttpsWebhook) -> None:
        self._system = system
        self._https = https
        self.connectors: dict[str, str] = {}

    async def begin(self) -> None:
        """Create the connectors and the faults of their back offices."""
        await asyncio.gather(
            self._hook("well"),
            self._hook("refuses"),
            self._hook("sick"),
            self._token("poor"),
            self._token("rich"),
            self._secured(),
        )
        await self._fault("refuses", status=400)
        await self._fault("sick", status=503, retry_after_s=3_600)
        await self._fault("poor", token_error="invalid_client")
        for _ in range(ENOUGH_TO_BE_HELD):
            await self._system.change("create", a_snapshot(source_app="sick"))

    async def keep_up(self) -> None:
        """Repeat the faults until cancelled."""
        while True:
            with contextlib.suppress(aiohttp.ClientError, KeyError, TimeoutError):
                await asyncio.gather(
                    *(self._system.post("create", a_snapshot(source_app=name)) for name in STEADY)
                )
                await self._system.post("create", a_snapshot(), **{"X-API-KEY": "wrong"})
                await self._post_to_the_lonely_ingest()
            with contextlib.suppress(aio_pika.exceptions.AMQPError, OSError):
                await self._publish(POISON)
            await asyncio.sleep(PACE_S)

    async def delay(self, name: str) -> None:
        """Publish a change for this connector that is two hours old."""
        change = read_change("demo", Action.UPDATE, json.dumps(a_snapshot(source_app=name)))
        await self._publish([change.model_copy(update={"received_at": datetime.now(UTC) - AGE})])

    async def _hook(self, name: str) -> None:
        self.connectors[name] = await self._system.hook(name)

    async def _token(self, name: str) -> None:
        demanded, authentication, secrets = a_client(self._system.services["simulator"].url, name)
        await self._system.simulated("PUT", name, "/authentication", json=demanded)
        self.connectors[name] = await self._system.hook(
            name, authentication=authentication, **secrets
        )

    async def _secured(self) -> None:
        fields = {"uri": self._https.url, "ca_certificate": self._https.authority}
        self.connectors["secured"] = await self._system.connector(source_app="secured", **fields)

    async def _fault(self, name: str, **fault: object) -> None:
        await self._system.simulated("PUT", name, "/faults", json=fault)

    async def _publish(self, what: list[TransactionReceived] | bytes) -> None:
        body = what if isinstance(what, bytes) else TRANSACTIONS.dump_json(what)
        connection = await aio_pika.connect(self._system.rabbitmq_url)
        async with connection:
            exchange = await (await connection.channel()).get_exchange(topology.TRANSACTIONS.name)
            await exchange.publish(
                aio_pika.Message(
                    body, delivery_mode=2, message_id=uuid.uuid4().hex, type="TransactionReceived"
                ),
                "",
            )

    async def _post_to_the_lonely_ingest(self) -> None:
        headers: Mapping[str, str] = {"X-API-KEY": SECRET}
        url = f"{self._system.services['ingest-lonely'].url}/webhooks/demo/appointment-created"
        async with self._system.http.post(url, json=a_snapshot(), headers=headers):
            pass
