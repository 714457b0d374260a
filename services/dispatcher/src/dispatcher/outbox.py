"""The outbox in MongoDB for messages that RabbitMQ does not accept during a resource alarm.

RabbitMQ stops reading from publishers during a memory or disk alarm. A delivery whose status cannot
be published could not be acknowledged, so the backlog that raised the alarm would never get smaller
(docs/adr/0021). A message counts as published when RabbitMQ or the outbox has it.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import structlog
from pymongo import IndexModel, ReturnDocument
from pymongo.errors import PyMongoError

from common import topology
from common.batcher import MAX_BYTES, Batcher
from common.database import ensure_indexes, insert_missing, is_unavailable, retry_while_unavailable
from common.dead_lettering import publish_dead_letter
from common.errors import BrokerUnavailableError, MessageTooLargeError
from dispatcher.event_wait import wait_at_most
from dispatcher.metrics import OUTBOX_STORED, OUTBOX_WAITING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Sequence

    from motor.motor_asyncio import AsyncIOMotorDatabase

    from common.broker import Publisher

log = structlog.get_logger()
BLOCKED_AFTER_S = 5.0
POLL_INTERVAL_S = 15.0
ORDER_CHECK_INTERVAL_S = 1.0
OUTBOX_BATCH = 64
DELIVERIES = {"exchange": topology.DELIVERIES.name}
EXCHANGES = {exchange.name: exchange for exchange in topology.EXCHANGES}


class OutboxMessage(NamedTuple):
    """A message with its routing."""

    exchange: str
    body: bytes
    message_id: str
    kind: str
    routing_key: str


class Outbox:
    """Publishes to RabbitMQ, and stores messages while RabbitMQ accepts none.

    ``replicas`` returns the names of the live replicas. The first of them publishes the messages of
    a replica that is gone. The replica that routes publishes the stored deliveries of every
    replica, because a create must reach its lane before a later update.
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
        self._order_checked_at = float("-inf")
        self._order_check = asyncio.Lock()
        self._has_stored = asyncio.Event()
        self._batcher: Batcher[OutboxMessage, None] = Batcher(
            self._store, OUTBOX_BATCH, size_of=lambda message: len(message.body)
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

        Messages of this replica keep their order: while some are stored, later ones are stored as
        well.
        """
        message = OutboxMessage(exchange.name, body, message_id, kind, routing_key)
        while not self._is_blocked:
            try:
                async with asyncio.timeout(self._blocked_after_s):
                    return await self._publish(message)
            except TimeoutError:
                if self._publisher.is_connected:
                    self._begin_to_store("RabbitMQ accepts no messages")
        self._storing += 1
        try:
            return await self._batcher.submit(message)
        finally:
            self._storing -= 1

    async def keep_order(self) -> None:
        """Store deliveries after those that another replica has stored, if there are any.

        This runs for each transaction. MongoDB is queried at most once a second. The query is
        needed because a replica that has just begun to route did not query before.
        """
        async with self._order_check:
            if (
                time.monotonic() - self._order_checked_at < ORDER_CHECK_INTERVAL_S
                or self._is_blocked
            ):
                return
            found: dict[str, Any] | None = None
            async for trial in retry_while_unavailable():
                with trial:
                    found = await self._collection.find_one(DELIVERIES, {"_id": 1})
            self._order_checked_at = time.monotonic()
            if found is not None:
                self._takes_all_deliveries = True
                self._begin_to_store("another dispatcher has stored deliveries")

    async def run(self) -> None:
        """Publish stored messages as soon as RabbitMQ accepts them, until cancelled."""
        await ensure_indexes(self._collection, [IndexModel([("replica", 1), ("_id", 1)])])
        while True:
            try:
                await self._publish_stored()
            except (BrokerUnavailableError, PyMongoError) as error:
                if isinstance(error, PyMongoError) and not is_unavailable(error):
                    raise
                await asyncio.sleep(1)
                continue
            await wait_at_most(self._has_stored, POLL_INTERVAL_S)

    def _begin_to_store(self, reason: str) -> None:
        if not self._is_blocked:
            self._is_blocked = True
            self._has_stored.set()
            log.warning("messages are stored in the outbox", reason=reason)

    async def _publish_stored(self) -> None:
        """Publish until the outbox is empty. Waits while RabbitMQ accepts nothing."""
        self._has_stored.clear()
        waiting = await self._collection.count_documents({"replica": {"$exists": True}})
        OUTBOX_WAITING.set(waiting)
        while found := await self._oldest(await self._own_messages()):
            await self._publish_all(found.values())
            await self._collection.delete_many({"_id": {"$in": list(found)}})
            OUTBOX_WAITING.dec(len(found))
        if self._is_blocked and not self._has_stored.is_set() and not self._storing:
            self._is_blocked = False
            self._takes_all_deliveries = False
            log.info("the outbox is empty, and messages are published directly again")

    async def _own_messages(self) -> dict[str, Any]:
        """Return the filter for the messages that this replica has to publish."""
        replicas = sorted(await self._replicas())
        own_messages: dict[str, Any] = {"replica": self._replica}
        if not replicas or replicas[0] == self._replica:
            others = [one for one in replicas if one != self._replica]
            own_messages = {"replica": {"$exists": True, "$nin": others}}
        return {"$or": [own_messages, DELIVERIES]} if self._takes_all_deliveries else own_messages

    async def _oldest(self, own_messages: dict[str, Any]) -> dict[str, OutboxMessage]:
        """Return the oldest stored messages by their ids, at most 64 and about 1 MiB."""
        found: dict[str, OutboxMessage] = {}
        size = 0
        async for stored in self._collection.find(own_messages).sort("_id").limit(OUTBOX_BATCH):
            found[stored["_id"]] = OutboxMessage(
                **{name: stored[name] for name in OutboxMessage._fields}
            )
            size += len(stored["body"])
            if size >= MAX_BYTES:
                break
        return found

    async def _publish_all(self, messages: Collection[OutboxMessage]) -> None:
        """Publish deliveries one after the other, to keep their order, and all others at once."""
        others = [one for one in messages if one.exchange != topology.DELIVERIES.name]
        publishing = asyncio.gather(*map(self._publish_or_dead_letter, others))
        for message in messages:
            if message.exchange == topology.DELIVERIES.name:
                await self._publish_or_dead_letter(message)
        await publishing

    async def _publish_or_dead_letter(self, message: OutboxMessage) -> None:
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

    async def _publish(self, message: OutboxMessage) -> None:
        await self._publisher.publish_until_confirmed(
            EXCHANGES[message.exchange],
            message.body,
            message_id=message.message_id,
            kind=message.kind,
            routing_key=message.routing_key,
        )

    async def _store(self, messages: Sequence[OutboxMessage]) -> list[None]:
        last = await self._reserve_numbers(len(messages))
        documents = [
            {"_id": f"{number:020d}", "replica": self._replica} | message._asdict()
            for number, message in enumerate(messages, last - len(messages) + 1)
        ]
        await insert_missing(self._collection, documents)
        OUTBOX_STORED.inc(len(documents))
        OUTBOX_WAITING.inc(len(documents))
        self._has_stored.set()
        return [None] * len(documents)

    async def _reserve_numbers(self, count: int) -> int:
        """Reserve numbers and return the last. The numbers order the messages of all replicas."""
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
