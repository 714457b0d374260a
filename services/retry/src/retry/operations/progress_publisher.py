"""Publishes the progress of an operation when it changes.

Progress is counted from the items, so no crash can falsify it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog

from common.contracts.operation import Counts
from retry.metrics import OPERATIONS_ENDED

if TYPE_CHECKING:
    from retry.model.operation import ItemCounts, Operation
    from retry.operations.next_state import Decision
    from retry.publishing import RetryPublisher
    from retry.store.operations import OperationStore

log = structlog.get_logger()
COMPARED_FIELDS = {
    "state",
    "reason",
    "counts",
    "heeded_at",
    "forgiven_succeeded",
    "forgiven_failed",
    "finished_at",
}


class ProgressPublisher:
    """Writes each new revision of an operation, and publishes it."""

    def __init__(self, operations: OperationStore, publisher: RetryPublisher) -> None:
        self._operations = operations
        self._publisher = publisher

    async def publish(
        self, operation: Operation, counts: ItemCounts, decision: Decision, *, is_forced: bool
    ) -> Operation | None:
        """Publish a new revision when a compared field changed, or always when forced.

        Return the current revision, or None when another replica wrote one first.
        """
        after = _next_revision(operation, counts, decision)
        if not is_forced and _compared(after) == _compared(operation):
            return operation
        after = after.model_copy(
            update={"revision": operation.revision + 1, "changed_at": datetime.now(UTC)}
        )
        if not await self._operations.save_revision(after):
            return None
        await self._publisher.publish_progress(after.progress)
        if after.finished_at is not None:
            await self._finish(after, counts)
        return after

    async def _finish(self, operation: Operation, counts: ItemCounts) -> None:
        await self._operations.close(operation.operation_id)
        OPERATIONS_ENDED.labels(operation.kind, operation.state).inc()
        log.info(
            "an operation ended",
            operation_id=operation.operation_id,
            kind=operation.kind,
            state=operation.state,
            **counts._asdict(),
        )


def _compared(operation: Operation) -> dict[str, object]:
    return operation.model_dump(include=COMPARED_FIELDS)


def _next_revision(operation: Operation, counts: ItemCounts, decision: Decision) -> Operation:
    """Return the operation after this decision.

    During enumeration the counts show every planned delivery as waiting.
    """
    planned = Counts(
        total=operation.planned,
        waiting=operation.planned,
        asked=0,
        succeeded=0,
        failed=0,
        skipped=0,
    )
    changes = decision._asdict() | {
        "counts": planned if operation.total is None else counts.as_message,
        "heeded_at": operation.steered_at or operation.heeded_at,
    }
    after = operation.model_copy(update=changes)
    is_finished = (
        after.is_final and operation.total is not None and not counts.waiting and not counts.asked
    )
    return (
        after.model_copy(update={"finished_at": datetime.now(UTC)})
        if is_finished and operation.finished_at is None
        else after
    )
