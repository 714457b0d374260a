"""One lane's use of its credential: no call tries a refused one, and unproved calls take turns."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from dispatcher.lanes.circuit_breaker import BreakerCause
from dispatcher.lanes.credential import CredentialTrial

if TYPE_CHECKING:
    from dispatcher.errors import DeliveryError
    from dispatcher.lanes.circuit_breaker import CircuitBreaker
    from dispatcher.lanes.credential import Credential


class CredentialGuard:
    """Lets calls of the lane try its credential, and holds the lane while it is refused.

    ``credential`` is None where calls need none.
    """

    def __init__(self, breaker: CircuitBreaker) -> None:
        self._breaker = breaker
        self._is_accepted = False
        self._trial_lock = asyncio.Lock()
        self.credential: Credential | None = None

    def reset(self) -> None:
        """Try the credential again: the connector was changed."""
        self._is_accepted = False
        if self.credential is not None:
            self.credential.accept()

    def accept(self) -> None:
        """The back office let a call of the lane in."""
        self._is_accepted = True
        if self.credential is not None:
            self.credential.accept()

    def refuse(self, error: DeliveryError) -> None:
        """Hold the lane: the back office does not accept the credential."""
        self._is_accepted = False
        refusals = 0 if self.credential is None else self.credential.refusals
        self._breaker.open(str(error), BreakerCause.CREDENTIALS, doublings=refusals)
        if self.credential is not None:
            self.credential.refuse(str(error), self._breaker.probe_in_s, self._breaker.doublings)

    def hold_if_refused(self) -> bool:
        """Return whether the credential is refused, and hold the lane until it may be tried.

        A call of another lane may have found that out.
        """
        if self._is_accepted or self.credential is None:
            return False
        left_s = self.credential.refused_for_s
        if left_s > 0 and not (self._breaker.is_held and self._breaker.probe_in_s):
            self._breaker.open(self.credential.reason, BreakerCause.CREDENTIALS, for_s=left_s)
        return left_s > 0

    async def begin_trial(self) -> CredentialTrial | None:
        """Return when no other call tries the credential; None where it needs no trial."""
        if self._is_accepted or self.credential is None:
            return None
        trial = CredentialTrial(self.credential, self._trial_lock)
        try:
            await trial.begin(lambda: self._is_accepted)
        except BaseException:
            trial.end()
            raise
        if self._is_accepted:
            trial.end()
            return None
        return trial
