"""A lane: one connector's queue, and the subscription of the replica that works it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import structlog

from common import topology
from common.contracts.delivery import DeliveryRequested
from common.topology import partition_of
from dispatcher.age_tracker import AgeTracker, waiting_since
from dispatcher.lanes.groups import calls_per_lane_of
from dispatcher.subscription import Subscription

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aio_pika.abc import AbstractConnection, AbstractIncomingMessage

    from common.broker import ConfirmedPublisher
    from dispatcher.lanes.groups import LaneKey
    from dispatcher.lanes.lane_state import LaneState
    from dispatcher.lanes.leases import StoredBreakers
    from dispatcher.subscription import MessageInHand

    DeliverMessage = Callable[[DeliveryRequested, MessageInHand], Awaitable[None]]

log = structlog.get_logger()


class Lane:
    """The deliveries of one connector, or of one of its partitions.

    ``changed`` is called when the subscription was lost or has ended.
    """

    def __init__(
        self,
        key: LaneKey,
        state: LaneState,
        deliver: DeliverMessage,
        publisher: ConfirmedPublisher,
        changed: Callable[[], None],
    ) -> None:
        self.key = key
        self.state = state
        self.queue = topology.lane(key.connector_id, key.partition)
        self.age = AgeTracker()
        self.is_owned = False
        self._group = state.membership.group
        self._deliver = deliver
        self._publisher = publisher
        self._changed = changed
        self._prefetch = 0
        self._subscription: Subscription | None = None
        self._ended: list[Subscription] = []
        self._ending: asyncio.Task[None] | None = None

    @property
    def group(self) -> str:
        """The limit group whose lease the lane needs. It changes only while the lane is idle."""
        if self._group != self._wanted_group() and self.is_idle:
            self._group = self._wanted_group()
        return self._group

    @property
    def in_hand(self) -> int:
        """The number of messages that are taken and not finished."""
        self._ended = [one for one in self._ended if one.in_hand]
        current = self._subscription.in_hand if self._subscription else 0
        return current + sum(one.in_hand for one in self._ended)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is consumed, nothing is in hand, and no call is under way."""
        return self._subscription is None and not self.in_hand and not self.state.is_calling

    @property
    def is_stalled(self) -> bool:
        """Whether the queue is not consumed although no obstacle exists."""
        return not (self.is_consuming or self._ending is not None or self.state.blocked_reason)

    @property
    def is_consuming(self) -> bool:
        """Whether the lane's queue is consumed."""
        return self._subscription is not None and self._subscription.is_consuming

    async def open(self, connection: AbstractConnection) -> None:
        """Consume the lane's queue. Raises BrokerUnavailableError or QueueMismatchError.

        At most twice the calls in flight are in hand. Calls of a lost subscription go on.
        """
        if self._subscription is not None:
            lost, self._subscription = self._subscription, None
            self._ended.append(lost)
            await lost.abandon()
        self._prefetch = self._wanted_prefetch()
        subscription = Subscription(self.queue, self._handle, self._publisher, self._changed)
        await subscription.open(connection, self._prefetch)
        self._subscription = subscription

    def stop_consuming(self, within_s: float | None = None) -> None:
        """Begin to stop consuming. Messages whose call has not begun return to their place.

        Calls under way are cut off after ``within_s`` seconds, if given.
        """
        loop = asyncio.get_running_loop()
        if self._ending is None and self._subscription is not None:
            subscription, self._subscription = self._subscription, None
            self._ended.append(subscription)
            self._ending = loop.create_task(subscription.close())
            self._ending.add_done_callback(self._has_ended)
        if within_s is not None and not self.is_idle:
            loop.call_later(within_s, self._cut_off)

    def must_end(self, longest_in_hand_s: float) -> bool:
        """Return whether the subscription has to end. Another one follows, unless the lane is
        blocked.

        It ends when the lane cannot be worked any more, and when the limits or the group of the
        connector changed. It also ends when a message has been in hand for too long, because
        RabbitMQ closes the channel of a consumer that does not answer for 30 minutes.
        """
        if self._subscription is None:
            return False
        oldest = self._subscription.oldest_received_at
        now = asyncio.get_running_loop().time()
        return (
            self.state.blocked_reason is not None
            or (oldest is not None and now - oldest > longest_in_hand_s)
            or self._prefetch != self._wanted_prefetch()
            or self._group != self._wanted_group()
        )

    def restore_breaker(self, breakers: StoredBreakers) -> None:
        """Continue to hold the lane, if the last replica held it."""
        for breaker in breakers:
            if breaker.get("lane") == self.key.name:
                self.state.restore_breaker(breaker)

    def breaker_to_store(self) -> dict[str, Any] | None:
        """Return the circuit breaker's state for the next replica that works the lane."""
        state = self.state.breaker_to_store()
        return None if state is None else state | {"lane": self.key.name}

    def _cut_off(self) -> None:
        calls = sum(one.cut_off() for one in self._ended)
        if calls:
            log.warning("calls were cut off", connector_id=self.key.connector_id, calls=calls)

    def _has_ended(self, _: asyncio.Task[None]) -> None:
        self._ending = None
        self._changed()

    def _wanted_group(self) -> str:
        return self.state.membership.group

    def _wanted_prefetch(self) -> int:
        return 2 * calls_per_lane_of(self.state.connector)

    async def _handle(self, in_hand: MessageInHand) -> None:
        request = DeliveryRequested.model_validate_json(in_hand.message.body)
        partition = partition_of(
            request.transaction.appointment.key, self.state.connector.partitions
        )
        if partition != self.key.partition:
            await self._pass_on(in_hand.message, partition)
            return
        with self.age.since(waiting_since(request)):
            await self._deliver(request, in_hand)

    async def _pass_on(self, message: AbstractIncomingMessage, partition: int) -> None:
        """Publish the delivery to the lane of its partition.

        The number of partitions changed, or retry published it to partition 0.
        """
        lane = topology.lane(self.key.connector_id, partition)
        await self._publisher.publish_until_confirmed(
            lane.exchange,
            message.body,
            message_id=message.message_id or "",
            kind=message.type or "",
            routing_key=lane.routing_key,
        )
