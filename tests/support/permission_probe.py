"""Tries actions at RabbitMQ and MongoDB as one user, and returns those that the server allowed.

Both servers check the permission first. An attempt that is allowed then fails for another reason
where it would otherwise change something.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiormq
from aiormq.abc import AbstractChannel, AbstractConnection
from aiormq.exceptions import ChannelAccessRefused, ChannelClosed
from pymongo.database import Database
from pymongo.errors import OperationFailure, PyMongoError

from common import topology

Attempt = Callable[[AbstractChannel], Awaitable[object]]
UNAUTHORIZED = 13
NOWHERE = "nowhere"


class BrokerProbe:
    """Tries actions as one user. RabbitMQ closes the channel of a refused action."""

    def __init__(self, connection: AbstractConnection) -> None:
        self._connection = connection
        self._channel: AbstractChannel | None = None

    async def is_allowed(self, attempt: Attempt) -> bool:
        if self._channel is None or self._channel.is_closed:
            self._channel = await self._connection.channel(publisher_confirms=True)
        try:
            async with asyncio.timeout(5):
                await attempt(self._channel)
        except ChannelAccessRefused:
            return False
        except ChannelClosed:
            return True
        return True

    async def allowed(self, attempts: dict[str, Attempt]) -> frozenset[str]:
        """Return the names of the attempts that RabbitMQ allows."""
        return frozenset([n for n, attempt in attempts.items() if await self.is_allowed(attempt)])


@asynccontextmanager
async def broker_probe(url: str) -> AsyncIterator[BrokerProbe]:
    connection = await aiormq.connect(url)
    try:
        yield BrokerProbe(connection)
    finally:
        await connection.close()


def published(exchange: str, routing_key: str = NOWHERE) -> Attempt:
    return lambda channel: channel.basic_publish(b"[]", exchange=exchange, routing_key=routing_key)


def exchange_attempts(exchange: topology.Exchange, service: str) -> dict[str, Attempt]:
    """Return one attempt for each action at an exchange."""
    name, own = exchange.name, f"{service}.{NOWHERE}"
    return {
        "publish": published(name),
        "read": lambda channel: channel.queue_bind(own, name, "#"),
        "unbind": lambda channel: channel.queue_unbind(own, name, "#"),
        "bind to own exchange": lambda channel: channel.exchange_bind(own, name, "#"),
        "bind own exchange": lambda channel: channel.exchange_bind(name, own, "#"),
        "declare": lambda channel: channel.exchange_declare(
            name, exchange_type=exchange.type, durable=True
        ),
        "delete": lambda channel: channel.exchange_delete(name, if_unused=True),
    }


def queue_attempts(queue: topology.Queue, service: str) -> dict[str, Attempt]:
    """Return one attempt for each action with a queue. The last one deletes the queue."""
    name, own = queue.name, f"{service}.{NOWHERE}"
    return {
        "declare": lambda channel: channel.queue_declare(
            name, durable=True, arguments=dict(queue.arguments)
        ),
        "bind": lambda channel: channel.queue_bind(name, own, "#"),
        "unbind": lambda channel: channel.queue_unbind(name, own, "#"),
        "consume": _consumed(name),
        "get": lambda channel: channel.basic_get(name),
        "purge": lambda channel: channel.queue_purge(name),
        "publish": published("", name),
        "delete": lambda channel: channel.queue_delete(name),
    }


def _consumed(queue: str) -> Attempt:
    async def attempt(channel: AbstractChannel) -> None:
        async def ignore(_: object) -> None:
            """Leave the message unacknowledged."""

        consumer = await channel.basic_consume(queue, ignore)
        await channel.basic_cancel(consumer.consumer_tag or "")
        await channel.close()

    return attempt


def dead_lettering_attempts(service: str, queue: topology.Queue) -> dict[str, Attempt]:
    """Return attempts to reach a queue by a declaration of the service's own."""
    own = f"{service}.{NOWHERE}"
    dead_letters = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": queue.name}
    return {
        "dead-letter to the default exchange": lambda channel: channel.queue_declare(
            own, arguments=dead_letters
        ),
        "alternate exchange": lambda channel: channel.exchange_declare(
            own, arguments={"alternate-exchange": "amq.fanout"}
        ),
    }


def allowed_on_collection(database: Database[dict[str, Any]], name: str) -> frozenset[str]:
    """Return MongoDB's actions that the user may do on a collection."""
    collection = database[name]
    nothing = {"_id": "no document has this id"}
    attempts: dict[str, Callable[[], object]] = {
        "find": lambda: collection.find_one(nothing),
        "insert": lambda: database.command("insert", name, documents=[{"_id": ["no id"]}]),
        "update": lambda: collection.update_one(nothing, {"$set": {"a": 1}}),
        "remove": lambda: collection.delete_one(nothing),
        "listIndexes": lambda: list(collection.list_indexes()),
        "createIndex": lambda: database.command(
            "createIndexes", name, indexes=[{"key": {"_id": 1}, "name": "_id_"}]
        ),
        "dropIndex": lambda: collection.drop_index("no index has this name"),
        "dropCollection": collection.drop,
        "collMod": lambda: database.command("collMod", name),
        "renameCollection": lambda: collection.rename(f"{name}_renamed"),
        "createCollection": lambda: database.create_collection(name),
        "collStats": lambda: database.command("collStats", name),
        "$merge": lambda: database.command(_explained(name, {"$merge": name})),
        "$out": lambda: database.command(_explained(name, {"$out": name})),
    }
    return frozenset(act for act, attempt in attempts.items() if is_permitted(attempt))


def _explained(collection: str, stage: dict[str, Any]) -> dict[str, Any]:
    aggregate = {"aggregate": collection, "pipeline": [stage], "cursor": {}}
    return {"explain": aggregate, "verbosity": "queryPlanner"}


def is_permitted(attempt: Callable[[], object]) -> bool:
    """Whether MongoDB did not refuse the attempt for a missing permission."""
    try:
        attempt()
    except OperationFailure as error:
        return error.code != UNAUTHORIZED
    except PyMongoError:
        return True
    return True
