"""An event loop with a virtual clock, so that hours of waiting take no time in a test."""

from __future__ import annotations

import asyncio
import functools
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec

P = ParamSpec("P")


class StuckError(AssertionError):
    """Every task waits for an event that no timer and no other task will set."""


class _Selector(selectors.SelectSelector):
    """Advances the clock to the next timer instead of waiting for it."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return the sockets that are ready. Only the loop has sockets here."""
        ready = super().select(0)
        if not ready and timeout is None:
            raise StuckError("all tasks wait for each other")
        if not ready and timeout:
            self.now += timeout
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop for code that reads the loop's clock and opens no sockets."""

    def __init__(self) -> None:
        self._jumping = _Selector()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Return the virtual time in seconds."""
        return self._jumping.now


def in_virtual_time(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run an async test on a loop of its own with a virtual clock."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
            runner.run(test(*args, **kwargs))

    return run


def now() -> float:
    """Return the running loop's time in seconds."""
    return asyncio.get_running_loop().time()


async def settle() -> None:
    """Let every task run until it waits for a timer."""
    for _ in range(50):
        await asyncio.sleep(0)
