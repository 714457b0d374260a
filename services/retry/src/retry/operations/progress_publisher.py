"""Tells where an operation stands, when that has changed: counted from its items, so that no
crash can falsify it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

import structlog

from common.contracts.operation import Counts, OperationProgressed
from retry.metrics import OPERATIONS_ENDED

if TYPE_CHECKING:
    from retry.model.operation import Operation, Tally
    from retry.operations.next_state import Verdict
    from retry.store.operations import Operations

    class Progressed(Protocol):
        """How portal-api hears of it."""

        async def __call__(self, progress: OperationProgressed) -> None:
            """Return when the broker has confirmed it."""
            ...


log = structlog.get_logger()
TOLD = {
    "state",
    "reason",
    "counts",
    "heeded_at",
    "forgiven_succeeded",
    "forgiven_failed",
    "finished_at",
}


class Report:
    """Operation + Tally + Verdict -> OperationProgressed."""

    def __init__(self, operations: Operations, progressed: Progressed) -> None:
        self._operations = operations
        self._progressed = progressed

    async def __call__(
        self, operation: Operation, tally: Tally, verdict: Verdict, *, anyway: bool
    ) -> Operation | None:
        """Write and tell what changed, or everything ``anyway``; returns the operation as it is
        then, None when another replica was faster.
        """
        after = _after(operation, tally, verdict)
        if not anyway and after.model_dump(include=TOLD) == operation.model_dump(include=TOLD):
            return operation
        after = after.model_copy(
            update={"revision": operation.revision + 1, "changed_at": datetime.now(UTC)}
        )
        if not await self._operations.advance(after):
            return None
        await self._progressed(after.progress)
        if after.finished_at is not None:
            await self._operations.close(after.operation_id)
            OPERATIONS_ENDED.labels(after.kind, after.state).inc()
            log.info(
                "an operation ended",
                operation_id=after.operation_id,
                kind=after.kind,
                state=after.state,
                **tally._asdict(),
            )
        return after


def _after(operation: Operation, tally: Tally, verdict: Verdict) -> Operation:
    """Until stock is taken, as many deliveries are waiting as were planned."""
    planned = Counts(
        total=operation.planned,
        waiting=operation.planned,
        asked=0,
        succeeded=0,
        failed=0,
        skipped=0,
    )
    changes = verdict._asdict() | {
        "counts": planned if operation.total is None else tally.counts,
        "heeded_at": operation.steered_at or operation.heeded_at,
    }
    after = operation.model_copy(update=changes)
    is_over = (
        after.is_final and operation.total is not None and not tally.waiting and not tally.asked
    )
    return (
        after.model_copy(update={"finished_at": datetime.now(UTC)})
        if is_over and operation.finished_at is None
        else after
    )
