"""A credential that connectors share. One call at a time tries it until it was accepted."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

TRIAL_TIMEOUT_S = 5.0


class Credential:
    """One login at one host.

    Domains lock an account after a few wrong passwords. While a back office refuses the login,
    lanes that were never accepted with it do not try it before the pause is over.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until = 0.0
        self.trial_lock = asyncio.Lock()
        self.reason = ""
        self.refusals = 0

    @property
    def refused_for_s(self) -> float:
        """The seconds until the credential may be tried again, or 0."""
        return max(0.0, self._until - self._clock())

    def refuse(self, reason: str, for_s: float, refusals: int) -> None:
        """Store a refusal, and the number of refusals in a row."""
        self.reason = reason
        self.refusals = refusals
        self._until = self._clock() + for_s

    def accept(self) -> None:
        """Store that the credential was accepted, or entered again."""
        self._until = 0.0
        self.refusals = 0


class CredentialTrial:
    """The right of one call to try a credential. The call releases it with ``end``.

    One call of each lane waits for the credential, and the other calls of the lane wait for that
    call. So lanes take turns. A trial ends by itself when the back office does not answer for a
    while, because that proves nothing about the credential, and other lanes wait.
    """

    def __init__(self, credential: Credential, lane: asyncio.Lock) -> None:
        self._locks = (lane, credential.trial_lock)
        self._held: list[asyncio.Lock] = []
        self._timer: asyncio.TimerHandle | None = None

    async def begin(self, is_accepted: Callable[[], bool]) -> None:
        """Return when no other call tries the credential, or when it was accepted."""
        for lock in self._locks:
            if is_accepted():
                return
            await lock.acquire()
            self._held.append(lock)

    def start_timeout(self) -> None:
        """Let other calls try the credential if there is no response within a few seconds."""
        self._timer = asyncio.get_running_loop().call_later(TRIAL_TIMEOUT_S, self.end)

    def end(self) -> None:
        """Let the next call try the credential. A trial may end twice."""
        if self._timer is not None:
            self._timer.cancel()
        while self._held:
            self._held.pop().release()
