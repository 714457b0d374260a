"""Group commit: whatever waits when the previous flush is done goes out together."""

from __future__ import annotations

import asyncio
from contextvars import Context
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

I = TypeVar("I")  # noqa: E741 - an item
R = TypeVar("R")


class Batcher(Generic[I, R]):
    """Gathers single items into one flush at a time; adds no delay when idle.

    It works for all of them, so for no single one's trace.

    ``flush`` gets 1 to ``limit`` items and returns one result per item, in order; a result
    that is an exception is raised to the one who submitted that item. An exception it raises
    goes to all of them.
    """

    def __init__(
        self, flush: Callable[[Sequence[I]], Awaitable[Sequence[R | Exception]]], limit: int = 64
    ) -> None:
        self._flush = flush
        self._limit = limit
        self._waiting: list[tuple[I, asyncio.Future[R]]] = []
        self._flushing: asyncio.Task[None] | None = None

    def submit(self, item: I) -> asyncio.Future[R]:
        """Return a future of the item's result."""
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._flushing is None:
            self._flushing = asyncio.get_running_loop().create_task(self._run(), context=Context())
        return future

    async def _run(self) -> None:
        await asyncio.sleep(0)
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[: self._limit], self._waiting[self._limit :]
                await self._one(batch)
        finally:
            self._flushing = None

    async def _one(self, batch: list[tuple[I, asyncio.Future[R]]]) -> None:
        results: Sequence[R | Exception]
        try:
            results = await self._flush([item for item, _ in batch])
        except asyncio.CancelledError:
            for _, future in batch:
                future.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - it rises where the item was submitted
            results = [error] * len(batch)
        for (_, future), result in zip(batch, results, strict=True):
            if future.done():
                continue
            if isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)
