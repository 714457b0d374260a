"""Accepts changes: read them, give each its id, and answer only when the broker has them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from common import topology
from common.batcher import MOST_BYTES, Batcher
from common.contracts.message import digest
from common.contracts.traceparent import new_traceparent
from common.contracts.transaction import TRANSACTIONS, TransactionReceived
from common.errors import BrokerUnavailableError, MessageTooLargeError
from ingest.dates import Arrival
from ingest.errors import InvalidFieldError, TooLargeError
from ingest.json_texts import split_snapshots
from ingest.metrics import CONFIRM_SECONDS, accepted_of
from ingest.snapshot import read_snapshot

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence
    from datetime import tzinfo
    from typing import Protocol

    from common.contracts.appointment import Action

    class Publisher(Protocol):
        """What accepting needs of the broker."""

        @property
        def is_connected(self) -> bool:
            """Whether RabbitMQ can be spoken to now."""
            ...

        async def publish(
            self, exchange: topology.Exchange, body: bytes, *, message_id: str, kind: str
        ) -> None:
            """Publish and wait for the confirmation; raises BrokerAwayError."""
            ...


LARGEST_MESSAGE = 15 * 1024 * 1024
"""RabbitMQ 4 takes 16 MiB; a delivery adds to the transaction that it carries."""


def read_changes(
    source: str,
    action: Action,
    body: bytes,
    traceparent: str | None = None,
    zone: tzinfo = UTC,
) -> list[TransactionReceived]:
    """Return one transaction per appointment in the body, all of one trace; raises IngestError
    before anything is published.
    """
    arrival = Arrival(datetime.now(UTC), zone, traceparent=traceparent)
    texts = split_snapshots(body)
    if len(texts) == 1:
        return [read_change(source, action, texts[0], arrival)]
    return [
        _named(source, action, text, arrival._replace(place=place))
        for place, text in enumerate(texts)
    ]


def read_change(
    source: str, action: Action, text: str, arrival: Arrival | None = None
) -> TransactionReceived:
    """Return the transaction of one snapshot; the same text, action and source give the same id."""
    arrival = arrival or Arrival(datetime.now(UTC))
    read = TransactionReceived(
        transaction_id=digest([source, action, text]),
        source=source,
        action=action,
        received_at=arrival.at,
        place=arrival.place,
        appointment=read_snapshot(text, source, arrival),
        body=text,
        traceparent=arrival.traceparent or new_traceparent(),
    )
    _check_size(read)
    return read


def _named(source: str, action: Action, text: str, arrival: Arrival) -> TransactionReceived:
    """Name the place in the array where a field is wrong."""
    try:
        return read_change(source, action, text, arrival)
    except InvalidFieldError as error:
        raise InvalidFieldError(
            [
                {"field": f"{arrival.place}.{e['field']}", "message": e["message"]}
                for e in error.errors
            ]
        ) from None


class Accept:
    """Publishes transactions, many to a message while they come fast.

    One message at a time is under way. While its confirmation is overdue nothing else is taken, so
    that no request waits in vain and nothing piles up; the confirmation, or the loss of the
    connection, ends that.
    """

    def __init__(self, publisher: Publisher, confirm_timeout_s: float) -> None:
        self._publisher = publisher
        self.timeout_s = confirm_timeout_s
        self._published_at: float | None = None
        self._batcher: Batcher[TransactionReceived, None] = Batcher(
            self._publish,
            size_of=lambda transaction: len(transaction.body),
            drops_cancelled=True,
        )

    def check(self) -> None:
        """Raise BrokerAwayError when nothing can be accepted now."""
        if not self._publisher.is_connected:
            raise BrokerUnavailableError("not connected")
        if self._published_at is not None and _now() > self._published_at + self.timeout_s:
            raise BrokerUnavailableError("a confirmation is overdue")

    async def __call__(self, transactions: Sequence[TransactionReceived]) -> None:
        """Return once the broker has confirmed all of them; raises BrokerAwayError, and
        TooLargeError where RabbitMQ is set to take less than its default.
        """
        self.check()
        try:
            async with asyncio.timeout(self.timeout_s):
                await _all(list(map(self._batcher.submit, transactions)))
        except TimeoutError as error:
            raise BrokerUnavailableError("no confirmation in time") from error
        for transaction in transactions:
            accepted_of(transaction.source, transaction.action).inc()

    async def _publish(self, batch: Sequence[TransactionReceived]) -> list[None]:
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
            raise TooLargeError(f"RabbitMQ refuses it: {error}") from error
        finally:
            self._published_at = None
        return [None] * len(batch)


def _all(futures: list[asyncio.Future[None]]) -> Awaitable[object]:
    """Spare the ordinary request of one change what gathering costs."""
    return futures[0] if len(futures) == 1 else asyncio.gather(*futures)


def _check_size(transaction: TransactionReceived) -> None:
    """Raise TooLargeError where RabbitMQ would refuse the message; short bodies never get there."""
    if len(transaction.body) < MOST_BYTES:
        return
    size = len(transaction.model_dump_json().encode())
    if size > LARGEST_MESSAGE:
        raise TooLargeError(
            f"An appointment becomes a message of {size} bytes: {LARGEST_MESSAGE} are the most"
        )


def _now() -> float:
    return asyncio.get_running_loop().time()
