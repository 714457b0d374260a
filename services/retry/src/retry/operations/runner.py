"""Runs one operation step by step: decide its state, publish progress, process a batch."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from common.contracts.operation import OperationState
from retry.model.operation import ItemCounts
from retry.model.token_bucket import TokenBucket
from retry.operations.batch_publisher import REQUEST_BATCH
from retry.operations.next_state import decide, headroom, is_changed, next_revision

if TYPE_CHECKING:
    from retry.model.operation import Operation
    from retry.operations.batch_publisher import BatchPublisher
    from retry.operations.item_enumerator import ItemEnumerator
    from retry.operations.progress_publisher import ProgressPublisher
    from retry.operations.result_collector import ResultCollector
    from retry.store.items import ItemStore
    from retry.store.operations import OperationStore

HALTED = (OperationState.PAUSED, OperationState.STOPPED)
CANCELLED = "The operation was cancelled before it was this delivery's turn."


class OperationRunner:
    """Runs one operation to its end.

    It holds only disposable state: the token bucket, the paging position of results, and whether
    progress was published. An operation that ``is_idle`` has no work until it is steered.
    """

    def __init__(  # noqa: PLR0913 - one argument per step of the operation
        self,
        operations: OperationStore,
        items: ItemStore,
        enumerator: ItemEnumerator,
        batches: BatchPublisher,
        results: ResultCollector,
        progress: ProgressPublisher,
        operation_id: str,
    ) -> None:
        self._operations = operations
        self._items = items
        self._enumerator = enumerator
        self._batches = batches
        self._results = results
        self._progress = progress
        self._operation_id = operation_id
        self._bucket: TokenBucket | None = None
        self._results_after = ""
        self._has_published = False
        self.is_finished = False
        self.is_idle = False

    async def resume(self) -> None:
        """Finish the batch that a killed replica had begun."""
        self._items.invalidate_counts(self._operation_id)
        await self._batches.resume(await self._operations.read(self._operation_id))

    async def step(self) -> int:
        """Run one step. Return how many deliveries it moved to another outcome."""
        self.is_idle = False
        operation = await self._operations.read(self._operation_id)
        counts = ItemCounts()
        if operation.total is not None:
            counts = await self._items.cached_counts(self._operation_id)
        if operation.total not in (None, counts.total):
            # Another replica still changes items, and some were counted twice or not at all.
            self._items.invalidate_counts(self._operation_id)
            return 0
        decision = decide(operation, counts)
        if decision.state is OperationState.CANCELLED and operation.total is None:
            counts = await self._enumerator.finish(operation)
            operation = operation.model_copy(update={"total": counts.total})
        current = next_revision(operation, counts, decision, datetime.now(UTC))
        is_published = await self._publish_progress(operation, current, counts)
        self.is_finished = is_published and current.finished_at is not None
        if not is_published or self.is_finished:
            self._items.invalidate_counts(self._operation_id)
            return 0
        moved = await self._process_batch(current, counts)
        collected, self._results_after = await self._results.collect(current, self._results_after)
        self.is_idle = current.state in HALTED and not (moved or collected or counts.asked)
        return max(moved, collected)

    async def _publish_progress(
        self, before: Operation, after: Operation, counts: ItemCounts
    ) -> bool:
        """Publish a changed revision, and the first one always.

        Return False when another replica wrote one first.
        """
        if not self._has_published or is_changed(before, after):
            self._has_published = await self._progress.publish(after, counts)
        return self._has_published

    async def _process_batch(self, operation: Operation, counts: ItemCounts) -> int:
        if operation.state is OperationState.CANCELLED:
            return await self._batches.skip_batch(operation, CANCELLED)
        if operation.total is None:
            await self._enumerator.enumerate_page(operation)
            return REQUEST_BATCH
        if operation.state is not OperationState.RUNNING:
            return 0
        now = time.monotonic()
        self._bucket = self._bucket or TokenBucket(operation.per_second, now)
        limit = min(headroom(operation, counts), self._bucket.available(now))
        requested = await self._batches.publish_batch(operation, limit) if limit else 0
        self._bucket.consume(requested)
        return requested
