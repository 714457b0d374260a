"""A lane: one connector's queue and the consumer that works it off, on plain aio-pika
(docs/adr/0002).
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import structlog

from common import topology
from common.broker import BrokerAwayError, declare, reaching_broker
from common.contracts.delivery import DeliveryRequested
from common.parking import is_hopeless, park
from dispatcher.errors import HandBackError
from dispatcher.lanes.waiting import Waiting

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aio_pika.abc import (
        AbstractIncomingMessage,
        AbstractRobustChannel,
        AbstractRobustConnection,
        AbstractRobustQueue,
    )

    from common.broker import Publisher

log = structlog.get_logger()
PATIENCE_S = 5.0


class Lane:
    """Consumes one connector's deliveries.

    It owns the tasks of its handlers: the client library would cut them, and a POST with them, on a
    lost connection.
    """

    def __init__(
        self,
        connection: AbstractRobustConnection,
        connector_id: str,
        deliver: Callable[[DeliveryRequested], Awaitable[None]],
        publisher: Publisher,
    ) -> None:
        self._connection = connection
        self._deliver = deliver
        self._publisher = publisher
        self._place = topology.lane(connector_id)
        self._channel: AbstractRobustChannel | None = None
        self._queue: AbstractRobustQueue | None = None
        self._tag: str | None = None
        self._prefetch = 0
        self._in_hand: set[asyncio.Task[None]] = set()
        self._is_closing = False
        self.waiting = Waiting()

    @property
    def is_consuming(self) -> bool:
        """Whether messages come in."""
        return self._tag is not None

    @property
    def in_hand(self) -> int:
        """Messages taken and not finished."""
        return len(self._in_hand)

    async def open(self, prefetch: int) -> None:
        """Declare the queue and consume, holding at most ``prefetch`` messages; called again,
        changes the number.

        Raises BrokerAwayError.
        """
        if prefetch == self._prefetch:
            return
        with reaching_broker():
            async with asyncio.timeout(PATIENCE_S):
                if self._channel is None or self._queue is None:
                    self._channel, self._queue = await self._declare()
                await self._cancel()
                await self._channel.set_qos(prefetch_count=prefetch)
                self._tag = await self._queue.consume(self._take)
                self._prefetch = prefetch

    async def stop_taking(self) -> None:
        """Take no more messages."""
        self._is_closing = True
        await self._cancel()

    async def close(self, drain_s: float) -> int:
        """Wait for the messages in hand, then close; returns how many were not finished and go
        back to the queue.
        """
        if self._in_hand:
            await asyncio.wait(self._in_hand, timeout=drain_s)
        unfinished = list(self._in_hand)
        for task in unfinished:
            task.cancel()
        await asyncio.gather(*unfinished, return_exceptions=True)
        if self._channel is not None:
            with contextlib.suppress(BrokerAwayError), reaching_broker():
                async with asyncio.timeout(PATIENCE_S):
                    await self._channel.close()
        return len(unfinished)

    async def _declare(self) -> tuple[AbstractRobustChannel, AbstractRobustQueue]:
        channel = await self._connection.channel(publisher_confirms=False)
        await declare(channel)
        queue = await channel.declare_queue(
            self._place.name, durable=True, arguments=dict(self._place.arguments)
        )
        await queue.bind(self._place.exchange.name, self._place.routing_key)
        return channel, queue

    async def _cancel(self) -> None:
        """Cancel the consumer; bounded, because without a broker it would wait
        for a reconnection.
        """
        if self._tag is not None and self._queue is not None:
            tag, self._tag = self._tag, None
            with contextlib.suppress(BrokerAwayError), reaching_broker():
                async with asyncio.timeout(PATIENCE_S):
                    await self._queue.cancel(tag)

    async def _take(self, message: AbstractIncomingMessage) -> None:
        task = asyncio.get_running_loop().create_task(self._handle(message))
        self._in_hand.add(task)
        task.add_done_callback(self._in_hand.discard)

    async def _handle(self, message: AbstractIncomingMessage) -> None:
        try:
            request = DeliveryRequested.model_validate_json(message.body)
            with self.waiting.holding(request):
                await self._deliver(request)
        except HandBackError:
            if self._is_closing:
                return
            await self._put_back(message)
        except Exception as error:
            if not is_hopeless(message, error):
                log.exception(
                    "a delivery could not be handled, it will be tried again",
                    queue=self._place.name,
                    message_id=message.message_id,
                )
                await _answer(message.nack(requeue=True))
                return
            await park(self._publisher, message, self._place.name, error)
        await _answer(message.ack())

    async def _put_back(self, message: AbstractIncomingMessage) -> None:
        """Publish it again: a plain return would count towards the limit that parks poison."""
        await self._publisher.publish_surely(
            self._place.exchange,
            message.body,
            message_id=message.message_id or "",
            kind=message.type or "",
            routing_key=self._place.routing_key,
        )


async def _answer(answering: Awaitable[None]) -> None:
    """Acknowledge; when the connection was lost the broker hands the message out again, and the
    ledger knows it.
    """
    with contextlib.suppress(BrokerAwayError), reaching_broker():
        await answering
