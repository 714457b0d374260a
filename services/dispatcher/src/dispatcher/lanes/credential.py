"""A credential that connectors share: tried by one call at a time until it was accepted."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

TRIAL_TIMEOUT_S = 5.0


class Credential:
    """One login at one host. Domains lock an account after a few wrong passwords.

    While a back office refuses it, no lane that was never let in with it tries it again before
    the pause is over.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until = 0.0
        self.trial_lock = asyncio.Lock()
        self.reason = ""
        self.refusals = 0

    @property
    def refused_for_s(self) -> float:
        """Seconds for which it is not tried again; 0 when it may be tried."""
        return max(0.0, self._until - self._clock())

    def refuse(self, reason: str, for_s: float, refusals: int) -> None:
        """Remember that a back office refused it, so many times in a row by now."""
        self.reason = reason
        self.refusals = refusals
        self._until = self._clock() + for_s

    def accept(self) -> None:
        """Remember that it was accepted, or entered again."""
        self._until = 0.0
        self.refusals = 0


class CredentialTrial:
    """The right of one call to try a credential; ``end`` it after the call.

    One call of each lane waits for the credential, the others for that call: so lanes take turns.
    A trial ends by itself when the back office does not answer for a while. That says nothing
    about the credential, and other lanes wait.
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
        """Let other calls try the credential if no answer comes within seconds from now."""
        self._timer = asyncio.get_running_loop().call_later(TRIAL_TIMEOUT_S, self.end)

    def end(self) -> None:
        """Let the next call try the credential; harmless when it ended before."""
        if self._timer is not None:
            self._timer.cancel()
        while self._held:
            self._held.pop().release()
