"""Accepts changes: read them, give each its id, and answer only when the broker has them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from common import topology
from common.batcher import Batcher
from common.broker import BrokerAwayError
from common.contracts.message import digest
from common.contracts.traceparent import new_traceparent
from common.contracts.transaction import TRANSACTIONS, TransactionReceived
from ingest.errors import InvalidFieldError
from ingest.metrics import CONFIRM_SECONDS, accepted_of
from ingest.moments import Arrival
from ingest.snapshot import read_snapshot, split_snapshots

if TYPE_CHECKING:
    from collections.abc import Sequence
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
    return TransactionReceived(
        transaction_id=digest([source, action, text]),
        source=source,
        action=action,
        received_at=arrival.at,
        place=arrival.place,
        appointment=read_snapshot(text, source, arrival),
        body=text,
        traceparent=arrival.traceparent or new_traceparent(),
    )


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
    """Publishes transactions, many to a message while they come fast."""

    def __init__(self, publisher: Publisher, confirm_timeout_s: float) -> None:
        self._publisher = publisher
        self._timeout_s = confirm_timeout_s
        self._batcher: Batcher[TransactionReceived, None] = Batcher(self._publish)

    async def __call__(self, transactions: Sequence[TransactionReceived]) -> None:
        """Return once the broker has confirmed all of them; raises BrokerAwayError."""
        await asyncio.gather(*(self._batcher.submit(transaction) for transaction in transactions))
        for transaction in transactions:
            accepted_of(transaction.source, transaction.action).inc()

    async def _publish(self, batch: Sequence[TransactionReceived]) -> list[None]:
        if not self._publisher.is_connected:
            raise BrokerAwayError("not connected")
        try:
            async with asyncio.timeout(self._timeout_s):
                message_id = digest(transaction.transaction_id for transaction in batch)
                with CONFIRM_SECONDS.time():
                    await self._publisher.publish(
                        topology.TRANSACTIONS,
                        TRANSACTIONS.dump_json(list(batch)),
                        message_id=message_id,
                        kind="TransactionReceived",
                    )
        except TimeoutError as error:
            raise BrokerAwayError("no confirmation in time") from error
        return [None] * len(batch)
