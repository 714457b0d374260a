"""Runs one operation step by step: decide its state, publish progress, process a batch."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from enum import Enum, auto
from typing import TYPE_CHECKING

from common.contracts.operation import OperationState
from retry.model.operation import ItemCounts
from retry.model.token_bucket import TokenBucket
from retry.operations.batch_processor import REQUEST_BATCH
from retry.operations.next_state import decide, headroom, is_changed, next_revision

if TYPE_CHECKING:
    from retry.model.operation import Operation
    from retry.operations.batch_processor import BatchProcessor
    from retry.operations.item_enumerator import ItemEnumerator
    from retry.operations.progress_publisher import ProgressPublisher
    from retry.operations.result_collector import ResultCollector
    from retry.store.items import ItemStore
    from retry.store.operations import OperationStore

HALTED = (OperationState.PAUSED, OperationState.STOPPED)
STEP_INTERVAL_S = 0.25
MAX_STEP_INTERVAL_S = 1.0
CANCELLED = "The operation was cancelled before it was this delivery's turn."


class StepWork(Enum):
    """The amount of work that a step did. It decides the pause before the next step."""

    NOTHING = auto()
    PART_OF_BATCH = auto()
    WHOLE_BATCH = auto()


class OperationRunner:
    """Runs one operation to its end.

    It holds only disposable state: the token bucket, the paging position of results, and whether
    progress was published. An operation that ``is_idle`` has no work until it is steered.
    """

    def __init__(  # noqa: PLR0913 - one argument per step of the operation
        self,
        operation_id: str,
        operations: OperationStore,
        items: ItemStore,
        enumerator: ItemEnumerator,
        batches: BatchProcessor,
        results: ResultCollector,
        progress: ProgressPublisher,
    ) -> None:
        self._operation_id = operation_id
        self._operations = operations
        self._items = items
        self._enumerator = enumerator
        self._batches = batches
        self._results = results
        self._progress = progress
        self._bucket: TokenBucket | None = None
        self._results_after = ""
        self._has_published = False
        self.is_finished = False
        self.is_idle = False

    async def run(self, woken: asyncio.Event, stopping: asyncio.Event) -> None:
        """Run the operation to its end, or end after the step in which ``stopping`` is set.

        A stop must set ``woken`` too, because an idle operation waits for it.
        """
        await self.resume()
        pause_s = 0.0
        while not stopping.is_set() and not self.is_finished:
            woken.clear()
            work = await self.step()
            if self.is_idle:
                await woken.wait()
            pause_s = _pause_after(work, pause_s)
            await asyncio.sleep(pause_s)

    async def resume(self) -> None:
        """Finish the batch that a killed replica had begun."""
        self._items.invalidate_counts(self._operation_id)
        await self._batches.resume(await self._operations.read(self._operation_id))

    async def step(self) -> StepWork:
        """Run one step: enumerate a page, or process a batch and collect results."""
        self.is_idle = False
        operation = await self._operations.read(self._operation_id)
        counts = ItemCounts()
        if operation.total is not None:
            counts = await self._items.cached_counts(self._operation_id)
        if operation.total not in (None, counts.total):
            # Another replica still changes items, and some were counted twice or not at all.
            self._items.invalidate_counts(self._operation_id)
            return StepWork.NOTHING
        decision = decide(operation, counts)
        if decision.state is OperationState.CANCELLED and operation.total is None:
            counts = await self._enumerator.finish(operation)
            operation = operation.model_copy(update={"total": counts.total})
        current = next_revision(operation, counts, decision, datetime.now(UTC))
        is_published = await self._publish_progress(operation, current, counts)
        self.is_finished = is_published and current.finished_at is not None
        if not is_published or self.is_finished:
            self._items.invalidate_counts(self._operation_id)
            return StepWork.NOTHING
        if current.total is None:
            await self._enumerator.enumerate_page(current)
            return StepWork.WHOLE_BATCH
        moved = await self._process_batch(current, counts)
        collected, self._results_after = await self._results.collect(current, self._results_after)
        self.is_idle = current.state in HALTED and not (moved or collected or counts.asked)
        return _work_of(max(moved, collected))

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
        """Process waiting items. Return how many are no longer waiting."""
        if operation.state is OperationState.CANCELLED:
            return await self._batches.skip_batch(operation, CANCELLED)
        if operation.state is not OperationState.RUNNING:
            return 0
        now = time.monotonic()
        self._bucket = self._bucket or TokenBucket(operation.per_second, now)
        limit = min(headroom(operation, counts), self._bucket.available(now))
        requested = await self._batches.process_batch(operation, limit) if limit else 0
        self._bucket.consume(requested)
        return requested


def _work_of(moved: int) -> StepWork:
    """Return the work of a step that moved so many items to another outcome."""
    if moved >= REQUEST_BATCH:
        return StepWork.WHOLE_BATCH
    return StepWork.PART_OF_BATCH if moved else StepWork.NOTHING


def _pause_after(work: StepWork, pause_s: float) -> float:
    """Return the pause after a step. Steps without work lengthen it."""
    if work is StepWork.WHOLE_BATCH:
        return 0.0
    if work is StepWork.PART_OF_BATCH:
        return STEP_INTERVAL_S
    return min(MAX_STEP_INTERVAL_S, pause_s + STEP_INTERVAL_S)
