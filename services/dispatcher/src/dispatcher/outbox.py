"""The outbox in MongoDB: messages that RabbitMQ does not take while a resource alarm is on.

RabbitMQ stops reading from publishers during a memory or disk alarm. A delivery whose status cannot
be published could not be acknowledged, so the backlog that raised the alarm would never get smaller
(docs/adr/0021). A message counts as published when RabbitMQ or the outbox has it.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import structlog
from pymongo import IndexModel, ReturnDocument
from pymongo.errors import PyMongoError

from common import topology
from common.batcher import MOST_BYTES, Batcher
from common.database import ensure_indexes, insert_missing, is_unavailable, retry_while_unavailable
from common.dead_lettering import publish_dead_letter
from common.errors import BrokerUnavailableError, MessageTooLargeError
from dispatcher.metrics import OUTBOX_STORED, OUTBOX_WAITING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Sequence

    from motor.motor_asyncio import AsyncIOMotorDatabase

    from common.broker import Publisher

log = structlog.get_logger()
BLOCKED_AFTER_S = 5.0
LOOK_EVERY_S = 15.0
LOOK_AGAIN_S = 1.0
MOST_MESSAGES = 64
DELIVERIES = {"exchange": topology.DELIVERIES.name}
EXCHANGES = {exchange.name: exchange for exchange in topology.EXCHANGES}


class Message(NamedTuple):
    """A message as it is published."""

    exchange: str
    body: bytes
    message_id: str
    kind: str
    routing_key: str


class Outbox:
    """Publishes to RabbitMQ; stores messages while it takes none, and publishes them afterwards.

    ``replicas`` returns the names of the live replicas. The messages of one that is gone are
    published by the first of them, and stored deliveries of any replica by the one that routes:
    a create must reach its lane before a later update.
    """

    def __init__(
        self,
        publisher: Publisher,
        database: AsyncIOMotorDatabase[dict[str, Any]],
        replica: str,
        replicas: Callable[[], Awaitable[Sequence[str]]],
        blocked_after_s: float = BLOCKED_AFTER_S,
    ) -> None:
        self._publisher = publisher
        self._collection = database["outbox"]
        self._replica = replica
        self._replicas = replicas
        self._blocked_after_s = blocked_after_s
        self._is_blocked = False
        self._takes_all_deliveries = False
        self._storing = 0
        self._looked_at = float("-inf")
        self._looking = asyncio.Lock()
        self._has_stored = asyncio.Event()
        self._batcher: Batcher[Message, None] = Batcher(
            self._store, MOST_MESSAGES, size_of=lambda message: len(message.body)
        )

    async def publish_until_confirmed(
        self,
        exchange: topology.Exchange,
        body: bytes,
        *,
        message_id: str,
        kind: str,
        routing_key: str = "",
    ) -> None:
        """Return when RabbitMQ or the outbox has the message.

        Messages of this replica keep their order: while some are stored, later ones are stored too.
        """
        message = Message(exchange.name, body, message_id, kind, routing_key)
        while not self._is_blocked:
            try:
                async with asyncio.timeout(self._blocked_after_s):
                    return await self._publish(message)
            except TimeoutError:
                if self._publisher.is_connected:
                    self._begin_to_store("RabbitMQ takes none")
        self._storing += 1
        try:
            return await self._batcher.submit(message)
        finally:
            self._storing -= 1

    async def keep_order(self) -> None:
        """Store deliveries behind those that another replica has stored, if there are any.

        Called for each transaction. MongoDB is asked at most once a second: a replica that has
        just become the one that routes was not asking before.
        """
        async with self._looking:
            if time.monotonic() - self._looked_at < LOOK_AGAIN_S or self._is_blocked:
                return
            found: dict[str, Any] | None = None
            async for trial in retry_while_unavailable():
                with trial:
                    found = await self._collection.find_one(DELIVERIES, {"_id": 1})
            self._looked_at = time.monotonic()
            if found is not None:
                self._takes_all_deliveries = True
                self._begin_to_store("another dispatcher has stored deliveries")

    async def run(self) -> None:
        """Publish stored messages whenever RabbitMQ takes them, until cancelled."""
        await ensure_indexes(self._collection, [IndexModel([("replica", 1), ("_id", 1)])])
        while True:
            try:
                await self._publish_stored()
            except (BrokerUnavailableError, PyMongoError) as error:
                if isinstance(error, PyMongoError) and not is_unavailable(error):
                    raise
                await asyncio.sleep(1)
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._has_stored.wait()

    def _begin_to_store(self, reason: str) -> None:
        if not self._is_blocked:
            self._is_blocked = True
            self._has_stored.set()
            log.warning("messages are stored in the outbox", reason=reason)

    async def _publish_stored(self) -> None:
        """Publish until the outbox is empty; waits for as long as RabbitMQ takes nothing."""
        self._has_stored.clear()
        waiting = await self._collection.count_documents({"replica": {"$exists": True}})
        OUTBOX_WAITING.set(waiting)
        while found := await self._oldest(await self._senders()):
            await self._publish_all(found.values())
            await self._collection.delete_many({"_id": {"$in": list(found)}})
            OUTBOX_WAITING.dec(len(found))
        if self._is_blocked and not self._has_stored.is_set() and not self._storing:
            self._is_blocked = False
            self._takes_all_deliveries = False
            log.info("messages are published directly again: the outbox is empty")

    async def _senders(self) -> dict[str, Any]:
        """Return the condition for the messages that this replica has to publish."""
        replicas = sorted(await self._replicas())
        senders: dict[str, Any] = {"replica": self._replica}
        if not replicas or replicas[0] == self._replica:
            others = [one for one in replicas if one != self._replica]
            senders = {"replica": {"$exists": True, "$nin": others}}
        return {"$or": [senders, DELIVERIES]} if self._takes_all_deliveries else senders

    async def _oldest(self, senders: dict[str, Any]) -> dict[str, Message]:
        """Return the oldest stored messages by their ids, at most 64 and about 1 MiB."""
        found: dict[str, Message] = {}
        size = 0
        async for stored in self._collection.find(senders).sort("_id").limit(MOST_MESSAGES):
            found[stored["_id"]] = Message(**{name: stored[name] for name in Message._fields})
            size += len(stored["body"])
            if size >= MOST_BYTES:
                break
        return found

    async def _publish_all(self, messages: Collection[Message]) -> None:
        """Publish deliveries one after the other, so that their order stays, and all else at
        once.
        """
        others = [one for one in messages if one.exchange != topology.DELIVERIES.name]
        publishing = asyncio.gather(*map(self._publish_or_park, others))
        for message in messages:
            if message.exchange == topology.DELIVERIES.name:
                await self._publish_or_park(message)
        await publishing

    async def _publish_or_park(self, message: Message) -> None:
        try:
            await self._publish(message)
        except MessageTooLargeError as error:
            await publish_dead_letter(
                self._publisher,
                message.body,
                message.message_id,
                error,
                queue=message.exchange,
                kind=message.kind,
            )

    async def _publish(self, message: Message) -> None:
        await self._publisher.publish_until_confirmed(
            EXCHANGES[message.exchange],
            message.body,
            message_id=message.message_id,
            kind=message.kind,
            routing_key=message.routing_key,
        )

    async def _store(self, messages: Sequence[Message]) -> list[None]:
        last = await self._count_to(len(messages))
        documents = [
            {"_id": f"{number:020d}", "replica": self._replica} | message._asdict()
            for number, message in enumerate(messages, last - len(messages) + 1)
        ]
        await insert_missing(self._collection, documents)
        OUTBOX_STORED.inc(len(documents))
        OUTBOX_WAITING.inc(len(documents))
        self._has_stored.set()
        return [None] * len(documents)

    async def _count_to(self, count: int) -> int:
        """Take so many numbers, and return the last: they order the messages of all replicas."""
        counted: dict[str, Any] = {}
        async for trial in retry_while_unavailable():
            with trial:
                counted = await self._collection.find_one_and_update(
                    {"_id": "last number"},
                    {"$inc": {"number": count}},
                    upsert=True,
                    return_document=ReturnDocument.AFTER,
                )
        return int(counted["number"])
