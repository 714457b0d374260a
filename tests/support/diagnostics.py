"""The state of the whole system after a wait that timed out, to find the process that hangs."""

from __future__ import annotations

import contextlib
import json
import re
from collections import Counter
from typing import Any

import aio_pika
import aiohttp
from aio_pika.exceptions import AMQPError

from common import topology
from common.database import open_database
from tests.support.system import System

LINES = 15
WANTED = re.compile(r"^mboc_(?!.*(_bucket|_created))\S+ (?!0\.0$)", re.MULTILINE)


async def diagnose(system: System, operation: dict[str, Any], *connector_ids: str) -> str:
    """Return counts, health, metrics, queue depths and the ends of the logs."""
    parts = {
        "operation": json.dumps(operation),
        "stored": await _stored(system, operation),
        "queues": "\n".join([await _depth(system, name) for name in _queues(connector_ids)]),
    }
    for name in list(system.services):
        parts[f"health of {name}"] = await _read(system, name, "/health/consuming")
        parts[f"metrics of {name}"] = _shown(await _read(system, name, "/metrics"))
        parts[f"log of {name}"] = _end(system, name)
    return "\n".join(f"--- {title}\n{text}" for title, text in parts.items())


async def _stored(system: System, operation: dict[str, Any]) -> str:
    """Return the operation, its items by outcome, and their deliveries by phase, status and
    attempt.
    """
    database = open_database(system.mongodb_url, system.database)
    wanted = {"operation_id": operation["operation_id"]}
    items = [i async for i in database["operation_items"].find(wanted)]
    asked = [i["delivery_id"] for i in items if i["outcome"] == "asked"]
    found = [d async for d in database["deliveries"].find({"_id": {"$in": asked}})]
    unpublished = await database["requeues"].count_documents(wanted | {"published": False})
    kept = await database["operations"].find_one(
        {"_id": operation["operation_id"]}, {"delivery_ids": 0, "conditions": 0}
    )
    clocks = [clock async for clock in database["clock"].find()]
    database.client.close()
    return (
        f"items {dict(Counter(i['outcome'] for i in items))}, of those asked for "
        f"{dict(Counter((d['phase'], d['status'], d['attempt']) for d in found))} "
        f"such as {asked[:3]}, {unpublished} not published\n{kept}\n{clocks}"
    )


def _queues(connector_ids: tuple[str, ...]) -> list[str]:
    return [q.name for q in (*topology.QUEUES, *map(topology.lane, connector_ids))]


async def _depth(system: System, name: str) -> str:
    try:
        connection = await aio_pika.connect(system.rabbitmq_url, timeout=5)
        async with connection, connection.channel() as channel:
            found = (await channel.declare_queue(name, passive=True)).declaration_result
    except (AMQPError, OSError, TimeoutError) as error:
        return f"{name}: {type(error).__name__}"
    return f"{name}: {found.message_count} ready, {found.consumer_count} consumers"


async def _read(system: System, name: str, path: str) -> str:
    with contextlib.suppress(aiohttp.ClientError, TimeoutError):
        async with system.http.get(
            system.services[name].url + path, timeout=aiohttp.ClientTimeout(5)
        ) as answer:
            return await answer.text()
    return f"no answer, exit code {system.services[name].process.returncode}"


def _shown(metrics: str) -> str:
    return "\n".join(line for line in metrics.splitlines() if WANTED.match(line))


def _end(system: System, name: str) -> str:
    lines = system.services[name].log.read_text(errors="replace").splitlines()
    return "\n".join(line[:300] for line in lines[-LINES:])
