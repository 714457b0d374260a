"""Collects the results of the requested items of an operation."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from common.contracts.operation import DeliveriesArchived, ItemOutcome, OperationKind
from retry.metrics import ITEMS
from retry.model.item import REQUESTING, ItemResult

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retry.model.item import OperationItem
    from retry.model.operation import Operation
    from retry.publishing import RetryPublisher
    from retry.store.deliveries import DeliveryQueries
    from retry.store.items import ItemStore

RESULT_BATCH = 1_000


class ResultCollector:
    """Stores the result of each requested item.

    The result of a retry or a check is the status of its attempt. An archive or a restore succeeds
    when RabbitMQ has confirmed its message to portal-api.
    """

    def __init__(
        self, items: ItemStore, deliveries: DeliveryQueries, publisher: RetryPublisher
    ) -> None:
        self._items = items
        self._deliveries = deliveries
        self._publisher = publisher

    async def collect(self, operation: Operation, after: str) -> tuple[int, str]:
        """Collect results of the items after this ``order`` value.

        Return how many were stored, and the value for the next call, which starts again at the
        first item after the last one.
        """
        items = await self._items.with_outcome(
            operation.operation_id, ItemOutcome.ASKED, RESULT_BATCH, after
        )
        if not items:
            return 0, ""
        found = (
            await self._deliveries.results(items)
            if operation.kind in REQUESTING
            else await self._publish_archived(operation, items)
        )
        results = {
            i.delivery_id: _with_item_message(i, found[i.delivery_id])
            for i in items
            if i.delivery_id in found
        }
        await self._items.save_results(operation.operation_id, ItemOutcome.ASKED, results)
        for outcome, count in Counter(r.outcome for r in results.values()).items():
            ITEMS.labels(operation.kind, outcome).inc(count)
        return len(results), items[-1].order if len(items) == RESULT_BATCH else ""

    async def _publish_archived(
        self, operation: Operation, items: Sequence[OperationItem]
    ) -> dict[str, ItemResult]:
        delivery_ids = tuple(i.delivery_id for i in items)
        message = DeliveriesArchived(
            operation_id=operation.operation_id,
            archived=operation.kind is OperationKind.ARCHIVE,
            asked_at=operation.asked_at,
            delivery_ids=delivery_ids,
        )
        await self._publisher.publish_archived(message)
        return dict.fromkeys(delivery_ids, ItemResult(ItemOutcome.SUCCEEDED))


def _with_item_message(item: OperationItem, result: ItemResult) -> ItemResult:
    """Return the result with the message that the item got at its request, if any."""
    return result._replace(message=" ".join(filter(None, (item.message, result.message))) or None)
