"""Writes and publishes the revisions of an operation.

Progress is counted from the items, so no crash can falsify it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from retry.metrics import OPERATIONS_ENDED

if TYPE_CHECKING:
    from retry.model.operation import ItemCounts, Operation
    from retry.publishing import RetryPublisher
    from retry.store.operations import OperationStore

log = structlog.get_logger()


class ProgressPublisher:
    """Writes each revision of an operation, and publishes its progress."""

    def __init__(self, operations: OperationStore, publisher: RetryPublisher) -> None:
        self._operations = operations
        self._publisher = publisher

    async def publish(self, revision: Operation, counts: ItemCounts) -> bool:
        """Write and publish a revision. Return False when another replica wrote one first.

        The log line of the last revision shows the counts.
        """
        if not await self._operations.save_revision(revision):
            return False
        await self._publisher.publish_progress(revision.progress)
        if revision.finished_at is not None:
            await self._finish(revision, counts)
        return True

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
