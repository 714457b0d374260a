"""The timers of one connection."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable


class Timer:
    """One timer, which runs or not."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._handle: asyncio.TimerHandle | None = None

    @property
    def is_running(self) -> bool:
        """Whether the timer will call."""
        return self._handle is not None

    def start(self, seconds: float, call: Callable[[], None]) -> None:
        """Call in so many seconds, instead of any earlier call."""
        self.stop()
        self._handle = self._loop.call_later(seconds, self._end, call)

    def stop(self) -> None:
        """Call no more."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _end(self, call: Callable[[], None]) -> None:
        self._handle = None
        call()


class DrainTimer:
    """Calls ``stalled`` when a client has read nothing of its answer for ``seconds``."""

    def __init__(
        self,
        transport: asyncio.Transport,
        timer: Timer,
        seconds: float,
        stalled: Callable[[], None],
    ) -> None:
        self._transport = transport
        self._timer = timer
        self._seconds = seconds
        self._stalled = stalled
        self._unread: float = math.inf

    def watch(self) -> None:
        """Begin, unless the timer runs."""
        if not self._timer.is_running:
            self._unread = math.inf
            self._timer.start(self._seconds, self._check)

    def stop(self) -> None:
        """End the watch."""
        self._timer.stop()

    def _check(self) -> None:
        unread = self._transport.get_write_buffer_size()
        if unread < self._unread:
            self._unread = unread
            self._timer.start(self._seconds, self._check)
        else:
            self._stalled()
