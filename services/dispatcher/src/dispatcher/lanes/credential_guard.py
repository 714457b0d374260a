"""Guards one lane's use of its credential. No call tries a refused one."""

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
    """Grants trials of the credential, and holds the lane while it is refused.

    ``credential`` is None where calls need none. Calls take turns until it was accepted.
    """

    def __init__(self, breaker: CircuitBreaker) -> None:
        self._breaker = breaker
        self._is_accepted = False
        self._trial_lock = asyncio.Lock()
        self.credential: Credential | None = None

    def reset(self) -> None:
        """Allow a trial of the credential, because the connector was changed."""
        self._is_accepted = False
        if self.credential is not None:
            self.credential.accept()

    def accept(self) -> None:
        """Store that the back office accepted the credential of a call."""
        self._is_accepted = True
        if self.credential is not None:
            self.credential.accept()

    def refuse(self, error: DeliveryError) -> None:
        """Hold the lane, because the back office does not accept the credential."""
        self._is_accepted = False
        refusals = 0 if self.credential is None else self.credential.refusals
        self._breaker.open(str(error), BreakerCause.CREDENTIALS, doublings=refusals)
        if self.credential is not None:
            self.credential.refuse(str(error), self._breaker.probe_in_s, self._breaker.doublings)

    def hold_if_refused(self) -> bool:
        """Return whether the credential is refused, and hold the lane until it may be tried.

        The refusal may have been the result of another lane's call.
        """
        if self._is_accepted or self.credential is None:
            return False
        left_s = self.credential.refused_for_s
        if left_s > 0 and not (self._breaker.is_held and self._breaker.probe_in_s):
            self._breaker.open(self.credential.reason, BreakerCause.CREDENTIALS, for_s=left_s)
        return left_s > 0

    async def begin_trial(self) -> CredentialTrial | None:
        """Return a trial when no other call tries the credential. Returns None where no trial is
        needed.
        """
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
