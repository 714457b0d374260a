"""How many calls at once, and how many a second; fewer while the back office is throttling."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from common.contracts.connector import BUSINESS_CENTRAL

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from common.contracts.connector import Connector

LONGEST_PAUSE_S = 30.0
SHORTEST_PAUSE_S = 1.0


class Limiter:
    """Additive increase, multiplicative decrease: half as many calls at each throttling, one more
    for each round that goes well.
    """

    def __init__(self, calls_in_flight: int, calls_per_second: float) -> None:
        self._most = calls_in_flight
        self._allowed = float(calls_in_flight)
        self._interval_s = 1 / calls_per_second if calls_per_second else 0.0
        self._under_way = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._next_at = 0.0

    @property
    def allowed(self) -> int:
        """Calls that may be under way at once by now."""
        return int(self._allowed)

    @contextlib.asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Hold one of the calls in flight inside this block."""
        await self._enter()
        try:
            await self._wait_turn()
            yield
        finally:
            self._under_way -= 1
            self._admit()

    def slow_down(self, retry_after_s: float | None) -> None:
        """Allow half as many calls, and none before the pause that was asked for is over."""
        self._allowed = max(1.0, self._allowed / 2)
        pause = min(max(retry_after_s or 0.0, SHORTEST_PAUSE_S), LONGEST_PAUSE_S)
        self._next_at = max(self._next_at, asyncio.get_running_loop().time() + pause)

    def went_well(self) -> None:
        """Allow a little more, up to the connector's limit."""
        if self._allowed < self._most:
            self._allowed = min(float(self._most), self._allowed + 1 / self._allowed)
            self._admit()

    async def _enter(self) -> None:
        if not self._waiting and self._under_way < self.allowed:
            self._under_way += 1
            return
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self._under_way -= 1
                self._admit()
            raise

    def _admit(self) -> None:
        while self._waiting and self._under_way < self.allowed:
            place = self._waiting.popleft()
            if not place.done():
                self._under_way += 1
                place.set_result(None)

    async def _wait_turn(self) -> None:
        now = asyncio.get_running_loop().time()
        turn = max(now, self._next_at)
        self._next_at = turn + self._interval_s
        if turn > now:
            await asyncio.sleep(turn - now)


class Limiters:
    """One limiter per connector; connectors of Business Central share one per credential, as its
    limits do (Microsoft's operational limits).
    """

    def __init__(self) -> None:
        self._found: WeakValueDictionary[tuple[object, ...], Limiter] = WeakValueDictionary()

    def of(self, connector: Connector) -> Limiter:
        """Return the limiter that this connector's calls pass; those that state different
        limits do not share.
        """
        limits = connector.calls_in_flight, connector.calls_per_second
        key = (*_owner(connector), *limits)
        limiter = self._found.get(key) or Limiter(*limits)
        self._found[key] = limiter
        return limiter


def _owner(connector: Connector) -> tuple[str, ...]:
    who = connector.authentication.client_id or connector.authentication.login
    if connector.system != BUSINESS_CENTRAL or not who:
        return (connector.connector_id,)
    return BUSINESS_CENTRAL, urlsplit(connector.uri or "").netloc, who
