"""Does the next part of an operation: claim, publish, mark; a kill anywhere repeats a step and
asks for none twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from common.contracts.delivery import DeliveryRequested, Trigger
from common.contracts.operation import ItemOutcome, OperationKind
from retry.metrics import ITEMS, REQUEUED
from retry.model.candidate import Claimant
from retry.model.item import Told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from common.contracts.transaction import TransactionReceived
    from retry.model.candidate import Claim
    from retry.model.item import Item
    from retry.model.operation import Operation
    from retry.store.items import Items
    from retry.store.requeues import Requeues
    from retry.store.transactions import Transactions

    class Ask(Protocol):
        """The broker."""

        async def __call__(self, requests: Sequence[DeliveryRequested]) -> None:
            """Return when the broker has confirmed all requests."""
            ...


TOGETHER = 500
NO_SNAPSHOT = (
    "Its snapshot is not stored or cannot be read, so that there is nothing to send: have the "
    "change reported again."
)


class CarryOut:
    """Waiting items -> DeliveryRequested with the next attempt's number; to archive and to restore
    is only noted here.
    """

    def __init__(
        self, items: Items, transactions: Transactions, requeues: Requeues, ask: Ask
    ) -> None:
        self._items = items
        self._transactions = transactions
        self._requeues = requeues
        self._ask = ask

    async def __call__(self, operation: Operation, most: int) -> int:
        """Ask for the next deliveries, at most so many; returns how many are waiting no longer."""
        items = await self._items.some(
            operation.operation_id, ItemOutcome.WAITING, min(most, TOGETHER)
        )
        if operation.kind is not OperationKind.RETRY:
            await self._items.ask(operation.operation_id, {i.delivery_id: None for i in items})
            return len(items)
        transactions = await self._transactions.of(i.transaction_id for i in items)
        there = [i for i in items if i.transaction_id in transactions]
        lost = {
            i.delivery_id: Told(ItemOutcome.SKIPPED, None, NO_SNAPSHOT)
            for i in items
            if i.transaction_id not in transactions
        }
        await self._items.settle(operation.operation_id, ItemOutcome.WAITING, lost)
        ITEMS.labels(operation.kind, ItemOutcome.SKIPPED).inc(len(lost))
        claims = await self._requeues.claim([i.candidate for i in there], _claimant(operation))
        await self._publish(operation, claims, transactions)
        return len(items)

    async def finish(self, operation: Operation) -> None:
        """Publish what a killed replica had claimed: the first items that are waiting, whose claims
        are this operation's already.
        """
        items: Sequence[Item] = []
        if operation.kind is OperationKind.RETRY:
            items = await self._items.some(operation.operation_id, ItemOutcome.WAITING, TOGETHER)
        transactions = await self._transactions.of(i.transaction_id for i in items)
        claims = await self._requeues.of(
            [i.candidate for i in items if i.transaction_id in transactions]
        )
        await self._publish(
            operation,
            [c for c in claims if c.claimant.operation_id == operation.operation_id],
            transactions,
        )

    async def cancel(self, operation: Operation, reason: str) -> int:
        """Leave the next ones alone for good; returns how many."""
        items = await self._items.some(operation.operation_id, ItemOutcome.WAITING, 2 * TOGETHER)
        await self._items.settle(
            operation.operation_id,
            ItemOutcome.WAITING,
            {i.delivery_id: Told(ItemOutcome.SKIPPED, None, reason) for i in items},
        )
        ITEMS.labels(operation.kind, ItemOutcome.SKIPPED).inc(len(items))
        return len(items)

    async def _publish(
        self,
        operation: Operation,
        claims: Sequence[Claim],
        transactions: dict[str, TransactionReceived],
    ) -> None:
        ours = [
            c.candidate
            for c in claims
            if c.claimant.operation_id == operation.operation_id and not c.is_published
        ]
        await self._ask(
            [
                candidate.request(transactions[candidate.transaction_id], Trigger.WEBSITE)
                for candidate in ours
            ]
        )
        await self._requeues.mark(ours)
        REQUEUED.labels(Trigger.WEBSITE).inc(len(ours))
        await self._items.ask(
            operation.operation_id, {c.candidate.delivery_id: _first(operation, c) for c in claims}
        )


def _claimant(operation: Operation) -> Claimant:
    return Claimant(
        operation.operation_id, Trigger.WEBSITE, operation.asked_by, operation.operation_id
    )


def _first(operation: Operation, claim: Claim) -> str | None:
    """Say whose the attempt is, when it is not this operation's: it is sent once, and what comes of
    it is this item's outcome too.
    """
    who = claim.claimant
    if who.operation_id == operation.operation_id:
        return None
    return (
        f"{who.asked_by} asked for this attempt first (operation {who.operation_id})."
        if who.operation_id
        else "The timer job asked for this attempt first."
    )
