"""Decides on the next try after a failed one. The decision is a value, so no test has to wait."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, NamedTuple

from dispatcher.errors import (
    FaultOrigin,
    GatewayFaultError,
    GoneError,
    NoAnswerError,
    ThrottledError,
    UnreachableError,
)

if TYPE_CHECKING:
    from dispatcher.errors import DeliveryError

MAX_TRIES = 3
FIRST_BACKOFF_S = 0.5


class TryCounts(NamedTuple):
    """The tries of one delivery. ``made`` counts calls that reached the server."""

    made: int = 0
    unreached: int = 0

    @property
    def total(self) -> int:
        """The number of all tries."""
        return self.made + self.unreached

    def after(self, error: DeliveryError) -> TryCounts:
        """Return the counts after this failure. A wait that the back office asks for is no try."""
        if isinstance(error, UnreachableError):
            return self._replace(unreached=self.unreached + 1)
        if waits_for_lane(error):
            return self
        return self._replace(made=self.made + 1)


class NextTry(NamedTuple):
    """The decision: the end of the attempt, or another try after a pause."""

    ends_attempt: bool
    backoff_s: float = 0.0
    holds_lane: bool = False


def waits_for_lane(error: DeliveryError) -> bool:
    """Return whether the delivery waits on the held lane, because nothing can be accepted yet."""
    if error.origin is FaultOrigin.CREDENTIAL or isinstance(error, GoneError):
        return True
    return isinstance(error, ThrottledError) and error.retry_after_s is not None


def decide_next_try(
    error: DeliveryError, tries: TryCounts, *, is_held: bool, is_harmless: bool = False
) -> NextTry:
    """Return the decision (design.md, section 5, rules 6 and 8; domain.md, 6.5).

    A delivery of which nothing was sent never fails. After three tries the lane is held, and the
    delivery waits. Refusals are not repeated. A call is repeated only where it cannot have stored
    anything, or where the back office stores a repetition once (ADR 0022).
    """
    if waits_for_lane(error):
        return NextTry(ends_attempt=False, holds_lane=isinstance(error, GoneError))
    if isinstance(error, UnreachableError):
        if tries.unreached < MAX_TRIES:
            return NextTry(ends_attempt=False, backoff_s=backoff_s(tries.unreached))
        return NextTry(ends_attempt=False, holds_lane=True)
    if isinstance(error, ThrottledError) and is_held:
        return NextTry(ends_attempt=False)
    is_repeated = is_harmless and isinstance(error, NoAnswerError | GatewayFaultError)
    if (error.transient or is_repeated) and tries.made < MAX_TRIES:
        return NextTry(ends_attempt=False, backoff_s=0.0 if is_held else backoff_s(tries.made))
    return NextTry(ends_attempt=True)


def backoff_s(tries: int) -> float:
    """Return the seconds until the next try. They grow exponentially, with jitter."""
    jitter = random.uniform(0.5, 1.0)  # noqa: S311 - not a secret
    return jitter * FIRST_BACKOFF_S * 2.0 ** (tries - 1)
