"""A consumer of one queue that keeps the order of its messages, on plain aio-pika.

RabbitMQ returns the messages of a closed channel in their order. After a cancel or a nack it does
not (docs/adr/0020). So a subscription ends by finishing the messages that have begun and closing
its channel. Messages that have not begun return to the queue unchanged.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from common import topology
from common.broker import translate_broker_errors
from common.dead_lettering import handle_or_dead_letter
from common.declare import declare
from common.errors import BrokerUnavailableError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage

    from common.broker import ConfirmedPublisher

BROKER_TIMEOUT_S = 5.0


@dataclass(slots=True, eq=False)
class MessageInHand:
    """A message that was taken and is not acknowledged yet.

    It may be dropped, and returns to its place in the queue, until a step that cannot be undone,
    such as a call.
    """

    message: AbstractIncomingMessage
    received_at: float
    must_finish: bool = False
    is_unwanted: bool = False
    task: asyncio.Task[None] | None = None

    def forbid_drop(self) -> None:
        """Finish the message, even when its subscription ends."""
        self.must_finish = True

    def allow_drop(self) -> None:
        """Allow dropping again. Nothing was stored, and the message waits."""
        self.must_finish = False
        if self.is_unwanted:
            self.drop()

    def drop(self) -> None:
        """Drop the message now, or as soon as dropping is allowed."""
        self.is_unwanted = True
        if not self.must_finish and self.task is not None:
            self.task.cancel()


class Subscription:
    """One channel with one consumer, and the tasks of the messages in hand.

    It owns the tasks, because the client library would cancel them, and a POST with them, when the
    connection is lost. A message is acknowledged after ``handle`` returned or the message was
    dead-lettered.
    """

    def __init__(
        self,
        queue: topology.Queue,
        handle: Callable[[MessageInHand], Awaitable[None]],
        publisher: ConfirmedPublisher,
        lost: Callable[[], None],
    ) -> None:
        self._queue = queue
        self._handle = handle
        self._publisher = publisher
        self._lost = lost
        self._channel: AbstractChannel | None = None
        self._in_hand: dict[MessageInHand, None] = {}
        self._is_consuming = False
        self._is_ending = False

    @property
    def is_consuming(self) -> bool:
        """Whether the queue is consumed."""
        return self._is_consuming

    @property
    def in_hand(self) -> int:
        """The number of messages that are taken and not finished."""
        return len(self._in_hand)

    @property
    def oldest_received_at(self) -> float | None:
        """The time at which the oldest message in hand was taken, on the loop's clock."""
        oldest = next(iter(self._in_hand), None)
        return oldest.received_at if oldest is not None else None

    async def open(self, connection: AbstractConnection, prefetch: int) -> None:
        """Declare the queue and consume with at most ``prefetch`` messages in hand.

        Raises BrokerUnavailableError.
        """
        try:
            with translate_broker_errors():
                async with asyncio.timeout(BROKER_TIMEOUT_S):
                    await declare(connection, topology.DISPATCHER, [self._queue])
                    self._channel = await connection.channel(publisher_confirms=False)
                    await self._consume(self._channel, prefetch)
        except BaseException:
            await self.abandon()
            raise

    async def close(self) -> None:
        """Finish the messages that must finish, drop the others, and close the channel."""
        self._is_ending = True
        self._drop_all()
        if self._in_hand:
            await asyncio.wait(self._tasks())
        await self._close_channel()

    async def abandon(self) -> None:
        """Close the channel at once. Calls under way finish without an acknowledgement."""
        self._is_ending = True
        self._drop_all()
        await self._close_channel()

    def cut_off(self) -> int:
        """Cancel the messages in hand, including calls under way. Returns their number."""
        tasks = self._tasks()
        for task in tasks:
            task.cancel()
        return len(tasks)

    async def _consume(self, channel: AbstractChannel, prefetch: int) -> None:
        await channel.set_qos(prefetch_count=prefetch)
        queue = await channel.get_queue(self._queue.name, ensure=False)
        channel.close_callbacks.add(self._on_close)
        underlay = await channel.get_underlay_channel()
        underlay.on_consumer_cancel_callbacks.add(self._on_cancel)
        self._is_consuming = True
        await queue.consume(self._take)

    async def _close_channel(self) -> None:
        self._is_consuming = False
        channel, self._channel = self._channel, None
        if channel is not None and not channel.is_closed:
            with contextlib.suppress(BrokerUnavailableError), translate_broker_errors():
                async with asyncio.timeout(BROKER_TIMEOUT_S):
                    await channel.close()

    def _tasks(self) -> list[asyncio.Task[None]]:
        return [one.task for one in self._in_hand if one.task is not None]

    def _drop_all(self) -> None:
        for one in self._in_hand:
            one.drop()

    def _on_close(self, *_: object) -> None:
        """Drop the messages. RabbitMQ delivers them again, to this replica or to another."""
        if self._channel is None:
            return
        self._channel = None
        self._is_consuming = False
        self._drop_all()
        self._lost()

    def _on_cancel(self, *_: object) -> None:
        """Report that RabbitMQ cancelled the consumer, for example because the queue was
        deleted.
        """
        self._is_consuming = False
        self._lost()

    async def _take(self, message: AbstractIncomingMessage) -> None:
        if self._is_ending:
            return
        loop = asyncio.get_running_loop()
        one = MessageInHand(message, loop.time())
        self._in_hand[one] = None
        one.task = loop.create_task(self._work(one))
        # A task that is cancelled before its first step runs none of its own lines.
        one.task.add_done_callback(lambda _: self._in_hand.pop(one))

    async def _work(self, one: MessageInHand) -> None:
        await handle_or_dead_letter(
            self._publisher, one.message, self._queue.name, partial(self._handle, one)
        )
        with contextlib.suppress(BrokerUnavailableError), translate_broker_errors():
            # On a lost connection the client library would wait for room in its queue forever.
            async with asyncio.timeout(BROKER_TIMEOUT_S):
                await one.message.ack()
