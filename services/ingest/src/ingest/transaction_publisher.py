"""Publishes transactions to RabbitMQ, and returns when they are confirmed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from common import topology
from common.batcher import Batcher
from common.contracts.message import digest
from common.contracts.transaction import TRANSACTIONS, TransactionReceived
from common.errors import BrokerUnavailableError, MessageTooLargeError
from ingest.errors import TooLargeError
from ingest.metrics import CONFIRM_SECONDS, accepted_counter

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence
    from typing import Protocol

    class MessagePublisher(Protocol):
        """The connection to RabbitMQ, as far as ingest uses it."""

        @property
        def is_connected(self) -> bool:
            """Whether the connection to RabbitMQ is open."""
            ...

        async def publish(
            self, exchange: topology.Exchange, body: bytes, *, message_id: str, kind: str
        ) -> None:
            """Publish and wait for the confirmation; raises BrokerUnavailableError."""
            ...


class TransactionPublisher:
    """Publishes transactions in batches, with one message under way at a time.

    While its confirmation is overdue, every other transaction is refused, so that no request waits
    in vain and no backlog grows. The confirmation, or the loss of the connection, ends that.
    """

    def __init__(self, publisher: MessagePublisher, confirm_timeout_s: float) -> None:
        self._publisher = publisher
        self.timeout_s = confirm_timeout_s
        self._published_at: float | None = None
        self._batcher: Batcher[TransactionReceived, None] = Batcher(
            self._publish_batch,
            size_of=lambda transaction: len(transaction.body),
            drops_cancelled=True,
        )

    def check(self) -> None:
        """Raise BrokerUnavailableError when no transaction can be accepted now."""
        if not self._publisher.is_connected:
            raise BrokerUnavailableError("not connected")
        if self._published_at is not None and _now() > self._published_at + self.timeout_s:
            raise BrokerUnavailableError("a confirmation is overdue")

    async def publish(self, transactions: Sequence[TransactionReceived]) -> None:
        """Return when RabbitMQ has confirmed all transactions; raises BrokerUnavailableError.

        Raises TooLargeError when RabbitMQ's size limit is below its default.
        """
        self.check()
        try:
            async with asyncio.timeout(self.timeout_s):
                await _all(list(map(self._batcher.submit, transactions)))
        except TimeoutError as error:
            raise BrokerUnavailableError("no confirmation in time") from error
        for transaction in transactions:
            accepted_counter(transaction.source, transaction.action).inc()

    async def _publish_batch(self, batch: Sequence[TransactionReceived]) -> list[None]:
        message_id = digest(transaction.transaction_id for transaction in batch)
        self._published_at = _now()
        try:
            with CONFIRM_SECONDS.time():
                await self._publisher.publish(
                    topology.TRANSACTIONS,
                    TRANSACTIONS.dump_json(list(batch)),
                    message_id=message_id,
                    kind="TransactionReceived",
                )
        except MessageTooLargeError as error:
            raise TooLargeError(f"RabbitMQ refused the message: {error}") from error
        finally:
            self._published_at = None
        return [None] * len(batch)


def _all(futures: list[asyncio.Future[None]]) -> Awaitable[object]:
    """Return an awaitable of all futures. A single one needs no gather, which is slower."""
    return futures[0] if len(futures) == 1 else asyncio.gather(*futures)


def _now() -> float:
    return asyncio.get_running_loop().time()
