"""Limits how many bytes of messages are recorded at once."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class ByteBudget:
    """A budget of bytes, reserved in the order of the requests. A message that is larger than the
    budget is admitted alone.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._reserved = 0
        self._admission = asyncio.Lock()
        self._released = asyncio.Event()

    @contextlib.asynccontextmanager
    async def reserve(self, size: int) -> AsyncIterator[None]:
        """Wait until ``size`` bytes are free, and reserve them for this block."""
        async with self._admission:
            while self._reserved and self._reserved + size > self._max_bytes:
                self._released.clear()
                await self._released.wait()
            self._reserved += size
        try:
            yield
        finally:
            self._reserved -= size
            self._released.set()
