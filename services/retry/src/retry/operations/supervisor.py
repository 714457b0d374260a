"""Runs every unfinished operation on the replica that holds the lease."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

import structlog

from retry.metrics import OPERATIONS
from retry.operations.purge import purge_expired

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from retry.operations.runner import OperationRunner
    from retry.store.items import ItemStore
    from retry.store.lease import Lease
    from retry.store.operations import OperationStore

log = structlog.get_logger()
POLL_INTERVAL_S = 1.0
FINISH_TIMEOUT_S = 10.0
PURGE_INTERVAL_S = 3600.0


class OperationSupervisor:
    """Runs one task per unfinished operation while this replica holds the lease.

    ``create_runner`` builds the runner of one operation from its id.
    """

    def __init__(
        self,
        lease: Lease,
        operations: OperationStore,
        items: ItemStore,
        create_runner: Callable[[str], OperationRunner],
    ) -> None:
        self._lease = lease
        self._operations = operations
        self._items = items
        self._create_runner = create_runner
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._steered: dict[str, tuple[datetime | None, asyncio.Event]] = {}
        self._poll_now = asyncio.Event()
        self._stopping = asyncio.Event()
        self._purging: asyncio.Task[None] | None = None
        self._purged_at = float("-inf")

    def wake(self) -> None:
        """Poll for new operations at once."""
        self._poll_now.set()

    async def run(self) -> None:
        """Poll until cancelled. An operation that raised is started again at the next poll."""
        while True:
            self._poll_now.clear()
            if await self._lease.acquire():
                await self._start_tasks()
                self._start_purge()
            else:
                await self._cancel_tasks()
            OPERATIONS.set(len(self._tasks))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_INTERVAL_S):
                    await self._poll_now.wait()

    async def finish(self) -> None:
        """End each operation after its current step.

        Another replica continues the operations, or this one does after its next start.
        """
        self._stopping.set()
        for _, woken in self._steered.values():
            woken.set()
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=FINISH_TIMEOUT_S)
        await self._cancel_tasks()

    async def _start_tasks(self) -> None:
        for operation_id in [name for name, task in self._tasks.items() if task.done()]:
            _log_failure(operation_id, self._tasks.pop(operation_id))
            self._steered.pop(operation_id, None)
        for operation_id, steered_at in await self._operations.unfinished():
            woken = self._wake_if_steered(operation_id, steered_at)
            if operation_id not in self._tasks and not self._stopping.is_set():
                self._tasks[operation_id] = asyncio.create_task(
                    self._create_runner(operation_id).run(woken, self._stopping)
                )

    def _wake_if_steered(self, operation_id: str, steered_at: datetime | None) -> asyncio.Event:
        """Wake an operation that was steered since the last poll, and return its event."""
        seen, woken = self._steered.get(operation_id, (None, asyncio.Event()))
        if steered_at != seen:
            woken.set()
        self._steered[operation_id] = steered_at, woken
        return woken

    async def _cancel_tasks(self) -> None:
        """Cancel every task. That is safe, because each step of an operation may be repeated."""
        tasks = [*self._tasks.values(), *([self._purging] if self._purging else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._tasks.clear()
        self._steered.clear()

    def _start_purge(self) -> None:
        """Purge expired operations once an hour, in a task of its own."""
        if time.monotonic() - self._purged_at > PURGE_INTERVAL_S:
            self._purged_at = time.monotonic()
            self._purging = asyncio.create_task(purge_expired(self._operations, self._items))


def _log_failure(operation_id: str, task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.error(
            "an operation failed, and will be tried again",
            operation_id=operation_id,
            exc_info=error,
        )
