"""Finds out what became of the deliveries that were asked for."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Protocol

from common.contracts.operation import DeliveriesArchived, ItemOutcome, OperationKind
from retry.metrics import ITEMS
from retry.model.item import Told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retry.model.item import Item
    from retry.model.operation import Operation
    from retry.store.deliveries import Deliveries
    from retry.store.items import Items

    class Archive(Protocol):
        """How portal-api hears of it."""

        async def __call__(self, message: DeliveriesArchived) -> None:
            """Return when the broker has confirmed it."""
            ...


PAGE = 1_000


class Settle:
    """Asked items -> their outcomes: of a retry what its attempt came to, else that
    portal-api is told.
    """

    def __init__(self, items: Items, deliveries: Deliveries, archive: Archive) -> None:
        self._items = items
        self._deliveries = deliveries
        self._archive = archive

    async def __call__(self, operation: Operation, behind: str) -> tuple[int, str]:
        """Look at some items behind this place; returns how many were settled, and the place of the
        next ones: round and round.
        """
        items = await self._items.some(operation.operation_id, ItemOutcome.ASKED, PAGE, behind)
        if not items:
            return 0, ""
        told = (
            await self._deliveries.told(items)
            if operation.kind is OperationKind.RETRY
            else await self._archived(operation, items)
        )
        known = {
            i.delivery_id: _after(i, told[i.delivery_id]) for i in items if i.delivery_id in told
        }
        await self._items.settle(operation.operation_id, ItemOutcome.ASKED, known)
        for outcome, count in Counter(t.outcome for t in told.values()).items():
            ITEMS.labels(operation.kind, outcome).inc(count)
        return len(told), items[-1].order if len(items) == PAGE else ""

    async def _archived(self, operation: Operation, items: Sequence[Item]) -> dict[str, Told]:
        names = tuple(i.delivery_id for i in items)
        is_archived = operation.kind is OperationKind.ARCHIVE
        message = DeliveriesArchived(
            operation_id=operation.operation_id,
            archived=is_archived,
            asked_at=operation.asked_at,
            delivery_ids=names,
        )
        await self._archive(message)
        return dict.fromkeys(names, Told(ItemOutcome.SUCCEEDED))


def _after(item: Item, told: Told) -> Told:
    """Keep what was said of the item when it was asked for."""
    return told._replace(message=" ".join(filter(None, (item.message, told.message))) or None)
