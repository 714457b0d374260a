"""Enumerates the deliveries of an operation as items, before the operation requests any of them.

A kill neither repeats nor loses an item, because items are stored under deterministic ids.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from common.contracts.operation import ItemOutcome
from retry.metrics import ITEMS
from retry.model.item import item_of, missing_item

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retry.model.item import OperationItem
    from retry.model.operation import ItemCounts, Operation
    from retry.store.deliveries import DeliveryQueries
    from retry.store.items import ItemStore
    from retry.store.operations import OperationStore

SELECTION_BATCH = 1_000


class ItemEnumerator:
    """Pages through the selected deliveries by key, and stores the key after each page."""

    def __init__(
        self, operations: OperationStore, items: ItemStore, deliveries: DeliveryQueries
    ) -> None:
        self._operations = operations
        self._items = items
        self._deliveries = deliveries

    async def enumerate_page(self, operation: Operation) -> None:
        """Store the items of the next page. The last page sets the operation's total."""
        items, key = await self._next_page(operation)
        if items:
            await self._items.add(operation.operation_id, items)
            ITEMS.labels(operation.kind, ItemOutcome.SKIPPED).inc(
                sum(i.outcome is ItemOutcome.SKIPPED for i in items)
            )
        if key is None:
            await self.finish(operation)
        else:
            await self._operations.save_resume_key(operation.operation_id, key)

    async def finish(self, operation: Operation) -> ItemCounts:
        """End the enumeration, and return the counts of the items so far."""
        counts = await self._items.count(operation.operation_id)
        await self._operations.save_total(operation.operation_id, counts.total)
        return counts

    async def _next_page(
        self, operation: Operation
    ) -> tuple[list[OperationItem], Sequence[Any] | None]:
        """Return the items of the next page and the key of the page after it."""
        begin = _position_of(operation.resume_key)
        ids, conditions = await self._operations.selection(
            operation.operation_id, begin, SELECTION_BATCH
        )
        if conditions is not None:
            stored, key = await self._deliveries.page(conditions, operation.resume_key)
            return [item_of(operation.kind, s) for s in stored], key
        stored = await self._deliveries.by_ids(ids or [])
        missing = set(ids or []) - {s.delivery_id for s in stored}
        items = [*(item_of(operation.kind, s) for s in stored), *map(missing_item, sorted(missing))]
        return items, [begin + SELECTION_BATCH] if len(ids or []) == SELECTION_BATCH else None


def _position_of(resume_key: Sequence[Any] | None) -> int:
    """Return the position in the listed ids at which the next page begins.

    A stored key has one of two forms. It is ``[position]`` for an operation with listed ids, and
    ``[received_at, delivery_id]`` of the last delivery for an operation with conditions, which has
    no position.
    """
    return resume_key[0] if resume_key and len(resume_key) == 1 else 0
