"""Consumes the transactions, on one replica at a time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from common import topology
from common.contracts.transaction import TRANSACTIONS, TransactionReceived
from common.dead_lettering import dead_letter
from common.errors import BrokerUnavailableError, TopologyError
from common.read_list import read_list
from dispatcher.event_wait import wait_at_most
from dispatcher.subscription import Subscription

if TYPE_CHECKING:
    from dispatcher.broker_connection import BrokerConnection
    from dispatcher.outbox import Outbox
    from dispatcher.route import RoutingService
    from dispatcher.subscription import MessageInHand

log = structlog.get_logger()
PREFETCH = 16
RETRY_INTERVAL_S = 1.0


class TransactionsConsumer:
    """The consumer of the transactions.

    Every replica subscribes. RabbitMQ delivers the transactions to one, and to the next when that
    one leaves.
    """

    def __init__(
        self, connection: BrokerConnection, routing: RoutingService, publisher: Outbox
    ) -> None:
        self._connection = connection
        self._routing = routing
        self._publisher = publisher
        self._lost = asyncio.Event()
        self._subscription = self._new_subscription()
        self._failure: str | None = None

    async def run(self) -> None:
        """Keep the subscription open until cancelled."""
        while True:
            self._lost.clear()
            try:
                if not self._subscription.is_consuming:
                    self._subscription = self._new_subscription()
                    connection = await self._connection.get()
                    await self._subscription.open(connection, PREFETCH)
                    self._failure = None
            except (BrokerUnavailableError, TopologyError) as error:
                if self._failure is None:
                    log.warning("transactions are not consumed", reason=str(error))
                self._failure = str(error)
                await asyncio.sleep(RETRY_INTERVAL_S)
                continue
            await wait_at_most(self._lost, RETRY_INTERVAL_S)

    def check(self) -> str | None:
        """Return the reason why transactions are not consumed, or None."""
        return None if self._subscription.is_consuming else "transactions are not consumed"

    async def close(self, within_s: float) -> None:
        """Finish the transactions in hand. The next replica continues in their order."""
        closing = asyncio.ensure_future(self._subscription.close())
        await asyncio.wait({closing}, timeout=within_s)
        self._subscription.cut_off()
        await closing

    def _new_subscription(self) -> Subscription:
        return Subscription(
            topology.DISPATCHER_TRANSACTIONS, self._handle, self._publisher, self._lost.set
        )

    async def _handle(self, in_hand: MessageInHand) -> None:
        in_hand.forbid_drop()
        await self._publisher.keep_order()
        message = in_hand.message
        read = read_list(TransactionReceived, TRANSACTIONS, message.body)
        await self._routing.route(read.items)
        if read.unreadable is not None:
            queue, (body, error) = topology.DISPATCHER_TRANSACTIONS.name, read.unreadable
            await dead_letter(self._publisher, message, queue, error, body)
