"""Group commit: items that arrive during one flush go out together in the next one."""

from __future__ import annotations

import asyncio
from collections import deque
from contextvars import Context
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

I = TypeVar("I")  # noqa: E741 - an item
R = TypeVar("R")
MAX_BYTES = 1024 * 1024
"""The limit of one flush, unless a single item is larger. RabbitMQ 4 accepts messages of up to 16
MiB.
"""


class _Submitted(NamedTuple, Generic[I, R]):
    item: I
    size: int
    future: asyncio.Future[R]


class Batcher(Generic[I, R]):
    """Groups single items into flushes, one flush at a time. An idle batcher adds no delay.

    A flush runs outside every trace, because its items belong to many traces.

    ``flush`` receives 1 to ``limit`` items. Their sizes by ``size_of`` add up to at most
    ``most_bytes``. A larger item is flushed alone. ``flush`` returns one result per item, in order.
    A result that is an exception is raised to the submitter of that item. An exception that
    ``flush`` raises goes to the submitters of all its items. An item whose submitter was cancelled
    is flushed too, unless ``drops_cancelled`` is set.
    """

    def __init__(
        self,
        flush: Callable[[Sequence[I]], Awaitable[Sequence[R | Exception]]],
        limit: int = 64,
        *,
        most_bytes: int = MAX_BYTES,
        size_of: Callable[[I], int] = lambda _: 0,
        drops_cancelled: bool = False,
    ) -> None:
        self._flush = flush
        self._limit = limit
        self._most_bytes = most_bytes
        self._size_of = size_of
        self._drops_cancelled = drops_cancelled
        self._waiting: deque[_Submitted[I, R]] = deque()
        self._flushing: asyncio.Task[None] | None = None

    def submit(self, item: I) -> asyncio.Future[R]:
        """Return a future of the item's result."""
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Submitted(item, self._size_of(item), future))
        if self._flushing is None:
            self._flushing = asyncio.get_running_loop().create_task(self._run(), context=Context())
        return future

    async def _run(self) -> None:
        await asyncio.sleep(0)
        try:
            while self._waiting:
                if batch := self._take_batch():
                    await self._flush_batch(batch)
        finally:
            self._flushing = None

    def _take_batch(self) -> list[_Submitted[I, R]]:
        """Remove and return the first items that fit into one flush."""
        batch: list[_Submitted[I, R]] = []
        size = 0
        while self._waiting and len(batch) < self._limit:
            first = self._waiting[0]
            if not (self._drops_cancelled and first.future.cancelled()):
                size += first.size
                if batch and size > self._most_bytes:
                    break
                batch.append(first)
            self._waiting.popleft()
        return batch

    async def _flush_batch(self, batch: list[_Submitted[I, R]]) -> None:
        results: Sequence[R | Exception]
        try:
            results = await self._flush([one.item for one in batch])
        except asyncio.CancelledError:
            for one in batch:
                one.future.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - it rises where the item was submitted
            results = [error] * len(batch)
        for one, result in zip(batch, results, strict=True):
            if one.future.done():
                continue
            if isinstance(result, Exception):
                one.future.set_exception(result)
            else:
                one.future.set_result(result)
