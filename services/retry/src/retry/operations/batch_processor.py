"""Processes the waiting items of an operation in batches. For an attempt: claim, publish, mark.

A kill at any point repeats a step and requests no attempt twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from common.contracts.delivery import Trigger
from common.contracts.operation import ItemOutcome, OperationKind
from retry.metrics import ITEMS, REQUEUED
from retry.model.candidate import Claimant
from retry.model.item import REQUESTING, ItemResult

if TYPE_CHECKING:
    from collections.abc import Sequence

    from common.contracts.transaction import TransactionReceived
    from retry.model.candidate import RequeueClaim
    from retry.model.item import OperationItem
    from retry.model.operation import Operation
    from retry.publishing import RetryPublisher
    from retry.store.items import ItemStore
    from retry.store.requeues import ClaimStore
    from retry.store.transactions import TransactionQueries

REQUEST_BATCH = 500
SKIP_BATCH = 1_000
NO_SNAPSHOT = (
    "Its snapshot is not stored or cannot be read, so nothing can be sent. Have Dime.Scheduler "
    "report the change again."
)


class BatchProcessor:
    """Marks waiting items as asked, in batches, after their attempts were requested.

    Items of an archive or a restore are only marked here. The result collector publishes them.
    """

    def __init__(
        self,
        items: ItemStore,
        transactions: TransactionQueries,
        claims: ClaimStore,
        publisher: RetryPublisher,
    ) -> None:
        self._items = items
        self._transactions = transactions
        self._claims = claims
        self._publisher = publisher

    async def process_batch(self, operation: Operation, limit: int) -> int:
        """Process waiting items up to the limit. Return how many are no longer waiting."""
        items = await self._items.with_outcome(
            operation.operation_id, ItemOutcome.WAITING, min(limit, REQUEST_BATCH)
        )
        if operation.kind in REQUESTING:
            await self._request_attempts(operation, items)
        else:
            await self._items.mark_asked(
                operation.operation_id, {i.delivery_id: None for i in items}
            )
        return len(items)

    async def resume(self, operation: Operation) -> None:
        """Publish the batch that a killed replica had claimed.

        Those are the first waiting items, as far as this operation holds their claims.
        """
        items: Sequence[OperationItem] = []
        if operation.kind in REQUESTING:
            items = await self._items.with_outcome(
                operation.operation_id, ItemOutcome.WAITING, REQUEST_BATCH
            )
        transactions = await self._transactions.by_ids(i.transaction_id for i in items)
        claims = await self._claims.find(
            [i.candidate for i in items if i.transaction_id in transactions]
        )
        own = [c for c in claims if c.claimant.operation_id == operation.operation_id]
        await self._publish_claimed(operation, own, transactions)

    async def skip_batch(self, operation: Operation, reason: str) -> int:
        """Skip the next waiting items with this reason. Return how many."""
        items = await self._items.with_outcome(
            operation.operation_id, ItemOutcome.WAITING, SKIP_BATCH
        )
        await self._skip_items(operation, items, reason)
        return len(items)

    async def _request_attempts(self, operation: Operation, items: Sequence[OperationItem]) -> None:
        """Request the attempts of these items, and skip items whose snapshot is not stored."""
        transactions = await self._transactions.by_ids(i.transaction_id for i in items)
        await self._skip_items(
            operation, [i for i in items if i.transaction_id not in transactions], NO_SNAPSHOT
        )
        claims = await self._claims.claim(
            [i.candidate for i in items if i.transaction_id in transactions],
            _claimant_of(operation),
        )
        await self._publish_claimed(operation, claims, transactions)

    async def _skip_items(
        self, operation: Operation, items: Sequence[OperationItem], reason: str
    ) -> None:
        result = ItemResult(ItemOutcome.SKIPPED, None, reason)
        await self._items.save_results(
            operation.operation_id, ItemOutcome.WAITING, {i.delivery_id: result for i in items}
        )
        ITEMS.labels(operation.kind, ItemOutcome.SKIPPED).inc(len(items))

    async def _publish_claimed(
        self,
        operation: Operation,
        claims: Sequence[RequeueClaim],
        transactions: dict[str, TransactionReceived],
    ) -> None:
        own = [
            c
            for c in claims
            if c.claimant.operation_id == operation.operation_id and not c.is_published
        ]
        await self._publisher.publish_requests(own, transactions)
        await self._claims.mark_published([c.candidate for c in own])
        REQUEUED.labels(Trigger.WEBSITE).inc(len(own))
        await self._items.mark_asked(
            operation.operation_id,
            {c.candidate.delivery_id: _other_claimant(operation, c) for c in claims},
        )


def _claimant_of(operation: Operation) -> Claimant:
    return Claimant(
        operation.operation_id,
        Trigger.WEBSITE,
        operation.asked_by,
        operation.operation_id,
        operation.kind is OperationKind.CHECK,
    )


def _other_claimant(operation: Operation, claim: RequeueClaim) -> str | None:
    """Return a sentence that names the other owner of the claim, or None for this operation.

    The attempt is sent once, and its result counts for this item too.
    """
    owner = claim.claimant
    if owner.operation_id == operation.operation_id:
        return None
    return (
        f"{owner.asked_by} asked for this attempt first (operation {owner.operation_id})."
        if owner.operation_id
        else "The timer job asked for this attempt first."
    )
