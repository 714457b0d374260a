"""One measurement each, which returns figures without judging them."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import aio_pika
import aiohttp

from benchmarks import bare
from benchmarks.changes import body_of
from benchmarks.rig import API_KEY, SECRET, Rig
from common import topology
from common.contracts.appointment import Action
from common.contracts.delivery import DeliveryRequested, Trigger
from common.contracts.message import delivery_id_of
from common.declare import declare
from ingest.changes import read_change

if TYPE_CHECKING:
    from collections.abc import Sequence

SOURCE, SINK = "bench.source", "bench.sink"
SYSTEMS = {
    "webhook": {"system": "Webhook", "api_type": "REST", "path": ""},
    "business_central_soap": {
        "system": "Business Central",
        "api_type": "SOAP",
        "path": "page/Appointment",
    },
    "business_central_rest": {
        "system": "Business Central",
        "api_type": "REST",
        "path": "companies(1)/appointments",
    },
    "nav": {"system": "NAV", "api_type": "SOAP", "path": "page/Appointment"},
    "crm": {"system": "CRM", "api_type": "REST", "path": ""},
}


async def bare_loop(rig: Rig, count: int) -> float:
    """Return the calls per second of the bare loop."""
    await _fill(rig, SOURCE, [body_of(n) for n in range(count)], purge=(SINK,))
    await rig.reset_target()
    await rig.run("benchmarks.bare", rig.rabbitmq_url, SOURCE, SINK, rig.target, str(count))
    return _rate(await rig.target_counts(count))


async def deliver_stage(rig: Rig, first: int, count: int, system: str = "webhook") -> float:
    """Return the calls per second of one dispatcher with one filled lane, with ledger, statuses and
    log lines.
    """
    await rig.connect("lane", **SYSTEMS[system])
    await _fill(
        rig,
        topology.lane("lane").name,
        [_request(first + n) for n in range(count)],
        purge=(topology.PORTAL_API_STATUSES.name,),
    )
    return await _dispatch(rig, count)


async def whole_chain(rig: Rig, accepted: int, connectors: Sequence[str]) -> float:
    """Return the calls per second of one dispatcher that routes accepted changes, and delivers them
    to every connector.
    """
    await rig.connect(*connectors)
    return await _dispatch(rig, accepted * len(connectors))


async def ingest_rate(rig: Rig, first: int, count: int) -> float:
    """Return the changes per second that ingest accepts. They stay in the queues for the next
    stage.
    """
    port = rig.running["ingest"][1]
    printed = json.loads(
        await rig.run("benchmarks.poster", str(port), SECRET, str(first), str(count))
    )
    if printed["accepted"] != count:
        raise RuntimeError(f"ingest accepted {printed['accepted']} of {count}")
    return float(printed["per_second"])


async def bare_publish(rig: Rig, count: int) -> float:
    """Return the confirmed messages per second of bare publishing, 64 at once."""
    await _fill(rig, SINK, [], purge=(SINK,))
    return await bare.publish(rig.rabbitmq_url, SINK, body_of(1), count)


async def latencies(
    rig: Rig, first: int, count: int, per_second: float
) -> tuple[list[float], list[float]]:
    """Return two latencies in milliseconds at a moderate rate: from posted to called, and from
    called to visible in the API (every tenth).
    """
    headers = {"X-API-KEY": SECRET, "Content-Type": "application/json"}
    sent: dict[str, float] = {}
    visible: dict[str, float] = {}
    watching: list[asyncio.Task[None]] = []
    async with aiohttp.ClientSession() as session:
        for n in range(count):
            moment = time.time()
            url = f"http://127.0.0.1:{rig.running['ingest'][1]}/webhooks/bench/appointment-updated"
            async with session.post(url, data=body_of(first + n), headers=headers) as answer:
                delivery_id = delivery_id_of((await answer.json())["transactions"][0], "lane")
            sent[delivery_id] = moment
            if n % 10 == 0:
                watching.append(asyncio.create_task(_watch(rig, session, delivery_id, visible)))
            await asyncio.sleep(max(0.0, moment + 1 / per_second - time.time()))
        await asyncio.gather(*watching)
    called = (await rig.target_counts(count))["by_id"]
    to_call = [(called[d] - sent[d]) * 1000 for d in sent]
    return to_call, [(visible[d] - called[d]) * 1000 for d in visible]


async def backlog(rig: Rig) -> int:
    """Return the number of messages that wait for the portal API."""
    async with await aio_pika.connect(rig.rabbitmq_url) as connection:
        channel = await connection.channel()
        queues = [
            await channel.declare_queue(queue.name, passive=True)
            for queue in (topology.PORTAL_API_TRANSACTIONS, topology.PORTAL_API_STATUSES)
        ]
        return sum(queue.declaration_result.message_count or 0 for queue in queues)


async def _watch(
    rig: Rig, session: aiohttp.ClientSession, delivery_id: str, visible: dict[str, float]
) -> None:
    url = f"http://127.0.0.1:{rig.running['portal-api'][1]}/api/deliveries/{delivery_id}"
    async with asyncio.timeout(30):
        while True:
            async with session.get(url, headers={"X-API-KEY": API_KEY}) as answer:
                if answer.status == 200 and (await answer.json()).get("status") == "Success":
                    visible[delivery_id] = time.time()
                    return
            await asyncio.sleep(0.005)


async def _dispatch(rig: Rig, count: int) -> float:
    await rig.reset_target()
    await rig.start("dispatcher")
    rate = _rate(await rig.target_counts(count))
    await rig.stop("dispatcher")
    return rate


async def _fill(rig: Rig, queue: str, bodies: Sequence[bytes], purge: Sequence[str] = ()) -> None:
    connection = await aio_pika.connect_robust(rig.rabbitmq_url)
    async with connection:
        for service in topology.SERVICES.values():
            await declare(connection, service, [*topology.QUEUES, topology.lane("lane")])
        channel = await connection.channel()
        for name in (SOURCE, SINK):
            await channel.declare_queue(name, durable=True, arguments={"x-queue-type": "quorum"})
        for name in purge:
            await (await channel.get_queue(name)).purge()
        for start in range(0, len(bodies), 500):
            publishing = (
                channel.default_exchange.publish(aio_pika.Message(b, delivery_mode=2), queue)
                for b in bodies[start : start + 500]
            )
            await asyncio.gather(*publishing)


def _request(number: int) -> bytes:
    transaction = read_change("bench", Action.UPDATE, body_of(number).decode())
    delivery_id = delivery_id_of(transaction.transaction_id, "lane")
    now = datetime.now(UTC)
    request = DeliveryRequested(
        delivery_id=delivery_id,
        attempt=1,
        trigger=Trigger.SERVICE,
        connector_id="lane",
        requested_at=now,
        transaction=transaction,
    )
    return request.model_dump_json().encode()


def _rate(target_counts: dict[str, float]) -> float:
    return (target_counts["count"] - 1) / (target_counts["last"] - target_counts["first"])
