"""Carries out administrators' operations: of all replicas the one with the lease."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Protocol

import structlog

from retry.metrics import OPERATIONS
from retry.operations.batch_publisher import TOGETHER
from retry.operations.purge import forget
from retry.operations.runner import Course

if TYPE_CHECKING:
    from datetime import datetime

    from retry.operations.runner import Steps

    class Clock(Protocol):
        """The lease."""

        async def is_mine(self) -> bool:
            """Whether this replica acts."""
            ...


log = structlog.get_logger()
BEAT_S = 1.0
TURN_S = 0.25
LONGEST_TURN_S = 1.0
PATIENCE_S = 10.0
FORGET_S = 3600.0


class Operate:
    """Has one task per operation that is not over, while the lease is this replica's."""

    def __init__(self, clock: Clock, steps: Steps) -> None:
        self._clock = clock
        self._steps = steps
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._steered: dict[str, tuple[datetime | None, asyncio.Event]] = {}
        self._news = asyncio.Event()
        self._is_stopping = False
        self._forgetting: asyncio.Task[None] | None = None
        self._forgot_at = float("-inf")

    def look(self) -> None:
        """Look for new operations at once."""
        self._news.set()

    async def run(self) -> None:
        """Beat until cancelled; an operation that raised is taken up again with the next beat."""
        while True:
            self._news.clear()
            if await self._clock.is_mine():
                await self._take_up()
                self._forget()
            else:
                await self._drop()
            OPERATIONS.set(len(self._tasks))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(BEAT_S):
                    await self._news.wait()

    async def finish(self) -> None:
        """Finish the turns in hand; what is left is taken up by another replica, or
        after the next start.
        """
        self._is_stopping = True
        for _, woken in self._steered.values():
            woken.set()
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=PATIENCE_S)
        await self._drop()

    async def _take_up(self) -> None:
        for operation_id in [name for name, task in self._tasks.items() if task.done()]:
            _log_trouble(operation_id, self._tasks.pop(operation_id))
            self._steered.pop(operation_id, None)
        for operation_id, steered_at in await self._steps.operations.open():
            woken = self._wake(operation_id, steered_at)
            if operation_id not in self._tasks and not self._is_stopping:
                self._tasks[operation_id] = asyncio.create_task(self._carry_on(operation_id, woken))

    def _wake(self, operation_id: str, steered_at: datetime | None) -> asyncio.Event:
        """Wake an operation that was steered since it was seen last."""
        seen, woken = self._steered.get(operation_id, (None, asyncio.Event()))
        if steered_at != seen:
            woken.set()
        self._steered[operation_id] = steered_at, woken
        return woken

    async def _drop(self) -> None:
        """Leave every operation as it is: any step may be repeated by whoever has the lease."""
        tasks = [*self._tasks.values(), *([self._forgetting] if self._forgetting else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._tasks.clear()
        self._steered.clear()

    def _forget(self) -> None:
        """Once an hour, beside everything else."""
        if time.monotonic() - self._forgot_at > FORGET_S:
            self._forgot_at = time.monotonic()
            self._forgetting = asyncio.create_task(
                forget(self._steps.operations, self._steps.items)
            )

    async def _carry_on(self, operation_id: str, woken: asyncio.Event) -> None:
        course = Course(self._steps, operation_id)
        await course.begin()
        pause = 0.0
        while not self._is_stopping and not course.is_over:
            woken.clear()
            moved = await course.turn()
            if course.rests:
                await woken.wait()
            pause = (
                0.0
                if moved >= TOGETHER
                else TURN_S
                if moved
                else min(LONGEST_TURN_S, pause + TURN_S)
            )
            await asyncio.sleep(pause)


def _log_trouble(operation_id: str, task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.error(
            "an operation could not be carried on, it will be tried again",
            operation_id=operation_id,
            exc_info=error,
        )
