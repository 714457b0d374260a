"""Notes every delivery that an operation is about, before anything is done: a kill half way neither
repeats nor forgets one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from common.contracts.operation import ItemOutcome
from retry.metrics import ITEMS
from retry.model.item import gone, item_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retry.model.item import Item
    from retry.model.operation import Operation, Tally
    from retry.store.deliveries import Deliveries
    from retry.store.items import Items
    from retry.store.operations import Operations

PAGE = 1_000


class TakeStock:
    """Goes through the chosen deliveries by key, and remembers how far it came."""

    def __init__(self, operations: Operations, items: Items, deliveries: Deliveries) -> None:
        self._operations = operations
        self._items = items
        self._deliveries = deliveries

    async def __call__(self, operation: Operation) -> None:
        """Note the next deliveries; with the last of them the total is known."""
        found, key = await self._next(operation)
        if found:
            await self._items.note(operation.operation_id, found)
            ITEMS.labels(operation.kind, ItemOutcome.SKIPPED).inc(
                sum(i.outcome is ItemOutcome.SKIPPED for i in found)
            )
        if key is None:
            await self.end(operation)
        else:
            await self._operations.stocked_to(operation.operation_id, key)

    async def end(self, operation: Operation) -> Tally:
        """Take no more stock: what is noted is all; returns the counts."""
        tally = await self._items.tally(operation.operation_id)
        await self._operations.stocked(operation.operation_id, tally.total)
        return tally

    async def _next(self, operation: Operation) -> tuple[list[Item], Sequence[Any] | None]:
        """Return the next deliveries and the key of those behind them; where they are named, the
        key is how many are done.
        """
        done = operation.stock_key[0] if operation.stock_key else 0
        ids, conditions = await self._operations.choice(
            operation.operation_id, done if isinstance(done, int) else 0, PAGE
        )
        if conditions is not None:
            stored, key = await self._deliveries.page(conditions, operation.stock_key)
            return [item_of(operation.kind, s) for s in stored], key
        stored = await self._deliveries.named(ids or [])
        lost = set(ids or []) - {s.delivery_id for s in stored}
        items = [*(item_of(operation.kind, s) for s in stored), *map(gone, sorted(lost))]
        return items, [done + PAGE] if len(ids or []) == PAGE else None
