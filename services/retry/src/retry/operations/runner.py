"""One operation, turn by turn: heed what was said, tell how it goes, do the next part, see what
became of the parts before.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from common.contracts.operation import OperationState
from retry.model.operation import Tally
from retry.model.token_bucket import Pace
from retry.operations.batch_publisher import TOGETHER
from retry.operations.next_state import headroom, judge

if TYPE_CHECKING:
    from retry.model.operation import Operation
    from retry.operations.batch_publisher import CarryOut
    from retry.operations.item_enumerator import TakeStock
    from retry.operations.progress_publisher import Report
    from retry.operations.result_collector import Settle
    from retry.store.items import Items
    from retry.store.operations import Operations

RESTING = (OperationState.PAUSED, OperationState.STOPPED)
CANCELLED = "The operation was cancelled before it was this delivery's turn."


class Steps(NamedTuple):
    """What an operation is carried out with."""

    operations: Operations
    items: Items
    take_stock: TakeStock
    carry_out: CarryOut
    settle: Settle
    report: Report


class Course:
    """Keeps nothing that a kill would lose: how fast it went, where it looked last, and whether it
    has told anything yet. One that ``rests`` has nothing to do until it is steered.
    """

    def __init__(self, steps: Steps, operation_id: str) -> None:
        self._steps = steps
        self._operation_id = operation_id
        self._pace: Pace | None = None
        self._place = ""
        self._has_told = False
        self.is_over = False
        self.rests = False

    async def begin(self) -> None:
        """Finish what a killed replica had begun."""
        self._steps.items.recount(self._operation_id)
        await self._steps.carry_out.finish(await self._steps.operations.read(self._operation_id))

    async def turn(self) -> int:
        """Take one turn; returns how many deliveries it moved."""
        self.rests = False
        operation, tally = await self._steps.operations.read(self._operation_id), Tally()
        if operation.total is not None:
            tally = await self._steps.items.running_tally(self._operation_id)
        if operation.total not in (None, tally.total):
            # Another replica moves items still, and some were counted twice or not at all:
            # count again.
            self._steps.items.recount(self._operation_id)
            return 0
        told = await self._tell(operation, tally)
        if told is None or self.is_over:
            self._steps.items.recount(self._operation_id)
            return 0
        moved = await self._do(told, tally)
        settled, self._place = await self._steps.settle(told, self._place)
        self.rests = told.state in RESTING and not (moved or settled or tally.asked)
        return max(moved, settled)

    async def _tell(self, operation: Operation, tally: Tally) -> Operation | None:
        verdict = judge(operation, tally)
        if verdict.state is OperationState.CANCELLED and operation.total is None:
            tally = await self._steps.take_stock.end(operation)
            operation = operation.model_copy(update={"total": tally.total})
        told = await self._steps.report(operation, tally, verdict, anyway=not self._has_told)
        self._has_told = told is not None
        self.is_over = told is not None and told.finished_at is not None
        return told

    async def _do(self, operation: Operation, tally: Tally) -> int:
        if operation.state is OperationState.CANCELLED:
            return await self._steps.carry_out.cancel(operation, CANCELLED)
        if operation.total is None:
            await self._steps.take_stock(operation)
            return TOGETHER
        if operation.state is not OperationState.RUNNING:
            return 0
        now = time.monotonic()
        self._pace = self._pace or Pace(operation.per_second, now)
        most = min(headroom(operation, tally), self._pace.allowed(now))
        asked = await self._steps.carry_out(operation, most) if most else 0
        self._pace.spend(asked)
        return asked
