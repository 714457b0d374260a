"""The connection test of a lane whose last calls left their outcome in doubt."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Coroutine

SINGLE_TEST_TIMEOUT_S = 5.0


class SingleConnectionTest:
    """At most one connection test of a lane that is not held.

    Calls wait for the test, because all of them could end with an unknown outcome. They wait a few
    seconds at most.
    """

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None
        self._until = 0.0

    @property
    def is_running(self) -> bool:
        """Whether calls have to wait for the test."""
        return self._left_s() > 0

    def start(self, test: Coroutine[None, None, None]) -> None:
        """Start the test, unless the last one is still running."""
        if self._task is not None and not self._task.done():
            test.close()
            return
        loop = asyncio.get_running_loop()
        self._until = loop.time() + SINGLE_TEST_TIMEOUT_S
        self._task = loop.create_task(test)

    async def wait(self) -> None:
        """Return when the test has ended, or after a few seconds."""
        if self._task is not None and self.is_running:
            await asyncio.wait([self._task], timeout=self._left_s())

    def cancel(self) -> None:
        """Cancel the test. A test does not cancel itself."""
        if self._task is not None and self._task is not asyncio.current_task():
            self._task.cancel()
        self._task = None

    def _left_s(self) -> float:
        if self._task is None or self._task.done():
            return 0.0
        return self._until - asyncio.get_running_loop().time()
