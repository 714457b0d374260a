"""No secret of a connector appears in a log line, a message, an answer of the API, a metric or a
status.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import aio_pika
import pytest

from common import topology
from tests.support.builders import a_snapshot
from tests.support.simulated_back_offices import (
    HEADER,
    SECRETS,
    SIGNING,
    SIMULATED,
    a_client,
    a_login,
)
from tests.support.system import System, until

FAULTS: tuple[dict[str, Any] | None, ...] = (
    None,
    {"status": 400},
    {"odata_error": {"code": "BadRequest", "message": f"you sent {HEADER}"}},
    {"status": 401},
)


@pytest.fixture
async def tap(rabbitmq_url: str) -> AsyncIterator[list[str]]:
    """Every message that passes an exchange, with its headers."""
    messages: list[str] = []
    async with await aio_pika.connect(rabbitmq_url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        for exchange in topology.EXCHANGES:
            if exchange.type != "direct":
                await queue.bind(exchange.name, topology.EVERYTHING)

        async def receive(message: aio_pika.abc.AbstractIncomingMessage) -> None:
            messages.append(f"{message.headers} {message.body.decode()}")

        await queue.consume(receive, no_ack=True)
        yield messages


async def connector_of(system: System, app: str, office: str) -> str:
    """Create a connector with every kind of secret."""
    simulator = system.services["simulator"].url
    demanded, said, secrets = a_login("Basic") if office == "NAV" else a_client(simulator, app)
    await system.simulated("PUT", app, "/authentication", json=demanded)
    more = {"signing_secret": SIGNING, "headers": {"X-Made-Up": HEADER}}
    return await system.connector(
        **{"source_app": app, "authentication": said}
        | SIMULATED[office].connector(simulator, app)
        | secrets
        | more
    )


async def ended_or_held(system: System, transaction_id: str) -> dict[str, Any] | None:
    for found in await system.deliveries(transaction_id=transaction_id):
        if found["status"] or found["phase"] == "held":
            return found
    return None


async def deliver_and_fail(system: System, app: str, office: str) -> list[str]:
    """Let deliveries end in every way, and return every answer of the API about them."""
    connector_id = await connector_of(system, app, office)
    said = []
    for number, fault in enumerate(FAULTS, 1):
        await system.simulated("DELETE", app, "/faults")
        if fault:
            await system.simulated("PUT", app, "/faults", json=fault | {"times": 1})
        transaction_id = await system.change("create", a_snapshot(number, source_app=app))
        delivery = await until(
            partial(ended_or_held, system, transaction_id), "the delivery to end or to be held"
        )
        said.append(
            json.dumps(
                (await system.api("GET", f"/deliveries/{delivery['delivery_id']}"))[1],
                ensure_ascii=False,
            )
        )
    paths = (
        f"/connectors/{connector_id}",
        "/connectors",
        "/audit?limit=200",
        f"/deliveries?source_app={app}",
        f"/appointments?source_app={app}",
    )
    said += [json.dumps((await system.api("GET", path))[1], ensure_ascii=False) for path in paths]
    await system.switch(connector_id, "disable")
    return [
        *said,
        json.dumps(
            (await system.api("POST", f"/connectors/{connector_id}/test"))[1], ensure_ascii=False
        ),
    ]


async def logged(system: System) -> list[str]:
    """Return all log lines and statuses of the services that the portal shows."""
    said, query = [json.dumps((await system.api("GET", "/status"))[1])], {"limit": "200"}
    while True:
        _, page = await system.api("GET", "/logs", params=query)
        said.append(json.dumps(page["items"], ensure_ascii=False))
        if page["next"] is None:
            return said
        query["after"] = page["next"]


async def test_no_secret_appears_in_any_output(system: System, tap: list[str]) -> None:
    apps = {office: f"app-{uuid.uuid4().hex[:8]}" for office in SIMULATED}

    said = [
        text for office, app in apps.items() for text in await deliver_and_fail(system, app, office)
    ]

    said += await logged(system)
    said += [await system.metrics(name) for name in system.services]
    said += [await asyncio.to_thread(service.log.read_text) for service in system.services.values()]
    found = {
        secret
        for secret in (*SECRETS, "Bearer ", "Basic ")
        for text in (*said, *tap)
        if secret in text
    }
    assert not found
    assert sum('"event": "attempt"' in text for text in tap) >= 1, "log lines were heard"
    assert len(tap) >= len(apps) * len(FAULTS)
    assert sum("***" in text for text in said) >= 1, "the echoed header was seen, and hidden"
