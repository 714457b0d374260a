"""Limits the calls in flight and the calls per second of a limit group."""

from __future__ import annotations

import asyncio
from collections import Counter, deque

SHORTEST_PAUSE_S = 1.0


class Limiter:
    """The limiter of one connector, or of all connectors that share a credential.

    Additive increase, multiplicative decrease: throttling halves the calls, and each round of
    successes adds one. Members of the group share fairly: a free slot goes to the waiting member
    with the fewest calls under way, and no member takes the last slot of a group that has others.
    No member holds a slot while it waits.
    """

    def __init__(self, calls_in_flight: int, calls_per_second: float) -> None:
        self._most = calls_in_flight
        self._allowed = float(calls_in_flight)
        self._interval_s = _interval_s(calls_per_second)
        self._under_way: Counter[str] = Counter()
        self._total = 0
        self._members = 1
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}
        self._next_at = 0.0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def allowed(self) -> int:
        """The number of calls that may be under way at once now."""
        return int(self._allowed)

    def change(self, calls_in_flight: int, calls_per_second: float, members: int) -> None:
        """Use these limits from now on. Calls under way count towards them."""
        if calls_in_flight != self._most:
            self._most = calls_in_flight
            self._allowed = float(calls_in_flight)
        self._interval_s = _interval_s(calls_per_second)
        self._members = members
        self._admit()

    async def acquire(self, member: str) -> None:
        """Take a slot, in the order of arrival of each member. The caller releases it after the
        call.
        """
        if not self._waiting and self._wait_s() <= 0 and self._has_room(member):
            self._take(member)
            return
        slot: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(member, deque()).append(slot)
        self._admit()
        try:
            await slot
        except asyncio.CancelledError:
            if slot.done() and not slot.cancelled():
                self.release(member)
            else:
                self._forget(member, slot)
            raise

    def release(self, member: str) -> None:
        """Give a slot back."""
        self._total -= 1
        self._under_way[member] -= 1
        if not self._under_way[member]:
            del self._under_way[member]
        if self._waiting:
            self._admit()

    def slow_down(self) -> None:
        """Allow half as many calls, and none for a moment."""
        self._allowed = max(1.0, self._allowed / 2)
        now = asyncio.get_running_loop().time()
        self._next_at = max(self._next_at, now + SHORTEST_PAUSE_S)

    def succeeded(self) -> None:
        """Raise the number of calls a little, up to the limit."""
        if self._allowed < self._most:
            self._allowed = min(float(self._most), self._allowed + 1 / self._allowed)
            self._admit()

    def _has_room(self, member: str) -> bool:
        allowed = self.allowed
        share = allowed - 1 if self._members > 1 and allowed > 1 else allowed
        return self._total < allowed and self._under_way[member] < share

    def _wait_s(self) -> float:
        return self._next_at - asyncio.get_running_loop().time() if self._next_at else 0.0

    def _take(self, member: str) -> None:
        self._total += 1
        self._under_way[member] += 1
        if self._interval_s:
            self._next_at = max(self._next_at, asyncio.get_running_loop().time())
            self._next_at += self._interval_s

    def _admit(self) -> None:
        """Grant slots to waiting members while there is room and the rate allows it."""
        while (member := self._next_member()) is not None:
            if (wait_s := self._wait_s()) > 0:
                self._admit_in(wait_s)
                return
            slots = self._waiting.pop(member)
            slot = slots.popleft()
            if slots:
                self._waiting[member] = slots
            if not slot.done():
                self._take(member)
                slot.set_result(None)

    def _next_member(self) -> str | None:
        """Return the waiting member with the fewest calls under way. Equal members take turns."""
        waiting = [member for member in self._waiting if self._has_room(member)]
        return min(waiting, key=self._under_way_of, default=None)

    def _under_way_of(self, member: str) -> int:
        return self._under_way[member]

    def _admit_in(self, seconds: float) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._admit_now)

    def _admit_now(self) -> None:
        self._timer = None
        self._admit()

    def _forget(self, member: str, slot: asyncio.Future[None]) -> None:
        slots = self._waiting.get(member)
        if slots is not None and slot in slots:
            slots.remove(slot)
            if not slots:
                del self._waiting[member]


def _interval_s(calls_per_second: float) -> float:
    return 1 / calls_per_second if calls_per_second else 0.0
