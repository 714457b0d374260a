"""Asks for another attempt of every Failed delivery: claim, publish, mark; a kill anywhere repeats a step and asks for none twice."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from common.contracts.delivery import DeliveryRequested, Trigger
from retry.metrics import REQUEUED, WITHOUT_TRANSACTION

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from common.contracts.transaction import TransactionReceived
    from retry.store.failed import FailedDelivery

    class Failed(Protocol):
        """What failed."""

        def pages(self) -> AsyncIterator[list[FailedDelivery]]:
            """Yield every Failed, not archived delivery."""
            ...

        async def transactions(self, ids: Sequence[str]) -> dict[str, TransactionReceived]:
            """Return transactions by id."""
            ...

    class Requeues(Protocol):
        """The claims."""

        async def claim(self, failed: Sequence[FailedDelivery], token: str) -> list[FailedDelivery]:
            """Return those that are ours to publish."""
            ...

        async def unpublished(self) -> list[FailedDelivery]:
            """Return claims that were never marked."""
            ...

        async def mark(self, published: Sequence[FailedDelivery]) -> None:
            """Note that they are published."""
            ...

    class Ask(Protocol):
        """The broker."""

        async def __call__(self, requests: Sequence[DeliveryRequested]) -> None:
            """Return when the broker has confirmed all requests."""
            ...


class Requeue:
    """Failed deliveries -> DeliveryRequested with the next attempt's number."""

    def __init__(self, failed: Failed, requeues: Requeues, ask: Ask) -> None:
        self._failed, self._requeues, self._ask = failed, requeues, ask

    async def __call__(self) -> int:
        """Ask for each Failed delivery once; returns how many."""
        asked = 0
        async for page in self._failed.pages():
            ours = await self._requeues.claim(page, uuid.uuid4().hex)
            asked += await self._publish(ours)
            await asyncio.sleep(0)
        return asked

    async def resume(self) -> int:
        """Publish what a killed replica had claimed; the same ids as it would have used, so nothing is sent twice."""
        return await self._publish(await self._requeues.unpublished())

    async def _publish(self, claimed: Sequence[FailedDelivery]) -> int:
        if not claimed:
            return 0
        transactions = await self._failed.transactions([f.transaction_id for f in claimed])
        requests = [_request(f, transactions[f.transaction_id]) for f in claimed if f.transaction_id in transactions]
        await self._ask(requests)
        await self._requeues.mark(claimed)
        REQUEUED.inc(len(requests))
        WITHOUT_TRANSACTION.inc(len(claimed) - len(requests))
        return len(requests)


def _request(failed: FailedDelivery, transaction: TransactionReceived) -> DeliveryRequested:
    return DeliveryRequested(
        delivery_id=failed.delivery_id,
        attempt=failed.attempt + 1,
        trigger=Trigger.TIMER_JOB,
        connector_id=failed.connector_id,
        requested_at=datetime.now(UTC),
        transaction=transaction,
    )
