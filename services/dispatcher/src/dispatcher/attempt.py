"""One attempt of one delivery: up to three tries, and where a failure becomes a status."""

from __future__ import annotations

import asyncio
import random
import time
from typing import TYPE_CHECKING, NamedTuple

import structlog

from common.contracts.delivery import Status
from common.stack_trace import stack_trace_of
from dispatcher.back_offices.table import KINDS
from dispatcher.errors import (
    Blames,
    DeliveryError,
    ThrottledError,
    UnforeseenError,
    UnreachableError,
)
from dispatcher.outcome import Outcome
from dispatcher.validate import find_refusal

if TYPE_CHECKING:
    from common.contracts.connector import Connector
    from dispatcher.back_offices.calls import Receipt
    from dispatcher.lanes.lane_state import CallSlot, LaneState
    from dispatcher.ledger.claim import Claim
    from dispatcher.ledger.ledger import Ledger
    from dispatcher.subscription import MessageInHand

log = structlog.get_logger()
TRIES = 3
FIRST_PAUSE_S = 0.5
UNFORESEEN = "DSUNK001"
CUT_OFF = UnforeseenError(
    UNFORESEEN,
    "The dispatcher was stopped while the call was under way; the back office may have stored the "
    "appointment. Check it there before retrying.",
    outcome_unknown=True,
)


class AttemptResult(NamedTuple):
    """The outcome of an attempt, and the version of the connector that it was made with."""

    outcome: Outcome
    connector: Connector


class Tries(NamedTuple):
    """How often a delivery was tried: calls that got through, and calls that reached nothing.

    ``may_be_stored`` says whether one of them may have stored the appointment.
    """

    made: int = 0
    unreached: int = 0
    may_be_stored: bool = False

    @property
    def total(self) -> int:
        """All of them."""
        return self.made + self.unreached

    def after(self, error: DeliveryError) -> Tries:
        """Return the tries with this one; waiting as the back office asks for is no try."""
        if isinstance(error, UnreachableError):
            return self._replace(unreached=self.unreached + 1)
        if waits(error):
            return self
        may_be_stored = self.may_be_stored or error.may_be_stored
        return self._replace(made=self.made + 1, may_be_stored=may_be_stored)


class NextStep(NamedTuple):
    """What follows a failed try: the end of the attempt, or another try after a pause."""

    ends: bool
    pause_s: float = 0.0
    holds_lane: bool = False


def waits(error: DeliveryError) -> bool:
    """Whether the delivery waits on the held lane: nothing was taken, and nothing can be yet."""
    if error.blames is Blames.CREDENTIAL:
        return True
    return isinstance(error, ThrottledError) and error.retry_after_s is not None


def next_step(error: DeliveryError, tries: Tries, *, is_held: bool) -> NextStep:
    """Decide what follows (design.md, section 5, rules 6 and 8; domain.md, 6.5).

    A delivery of which nothing was sent never fails: after three tries the lane is held and it
    waits. Refusals and unknown outcomes are not repeated.
    """
    if waits(error):
        return NextStep(ends=False)
    if isinstance(error, UnreachableError):
        if tries.unreached < TRIES:
            return NextStep(ends=False, pause_s=pause_s(tries.unreached))
        return NextStep(ends=False, holds_lane=True)
    if isinstance(error, ThrottledError) and is_held:
        return NextStep(ends=False)
    if error.transient and tries.made < TRIES:
        return NextStep(ends=False, pause_s=0.0 if is_held else pause_s(tries.made))
    return NextStep(ends=True)


def pause_s(tries: int) -> float:
    """Return the seconds until the next try: exponential, with jitter."""
    jitter = random.uniform(0.5, 1.0)  # noqa: S311 - not a secret
    return jitter * FIRST_PAUSE_S * 2.0 ** (tries - 1)


class AttemptRunner:
    """Sends claimed deliveries of one lane and settles them in the ledger."""

    def __init__(self, lane: LaneState, ledger: Ledger) -> None:
        self._lane = lane
        self._ledger = ledger

    async def run(self, claim: Claim, in_hand: MessageInHand) -> AttemptResult:
        """Send within the connector's limits until the attempt ends; always settles the claim.

        A call counts as in flight until its success is settled: so a kill repeats no more calls
        than may be in flight.
        """
        began = time.monotonic()
        tries = Tries()
        while True:
            slot = await self._lane.enter()
            connector = self._lane.connector
            in_hand.keep()
            try:
                refusal = find_refusal(connector, claim.request.transaction.action, KINDS)
                if refusal is not None:
                    return await self._settle(claim, connector, refusal)
                answer = await self._call(claim, connector, slot)
                if not isinstance(answer, DeliveryError):
                    success = _success(answer, tries.total + 1, began)
                    return await self._settle(claim, connector, success)
            finally:
                self._lane.leave(slot)
            tries = tries.after(answer)
            step = next_step(answer, tries, is_held=self._lane.breaker.is_held)
            if step.ends:
                return await self._settle(claim, connector, _failure(answer, tries, began))
            if step.holds_lane:
                self._lane.hold(answer)
            in_hand.may_drop()
            await asyncio.sleep(step.pause_s)

    async def _call(
        self, claim: Claim, connector: Connector, slot: CallSlot
    ) -> Receipt | DeliveryError:
        """Make one call, and let the lane know how the back office took it."""
        try:
            answer = await self._send(claim, connector)
        except asyncio.CancelledError:
            await self._settle(claim, connector, _failure(CUT_OFF, Tries(1), time.monotonic()))
            raise
        if isinstance(answer, DeliveryError):
            self._lane.failed(answer, slot)
        else:
            self._lane.succeeded(slot)
        return answer

    async def _send(self, claim: Claim, connector: Connector) -> Receipt | DeliveryError:
        """Return the receipt, or the fault; anything unforeseen is a fault of this delivery."""
        has_begun = False
        try:
            client = self._lane.clients.get(connector)
            prepared = client.prepare(claim.to_send)
            with self._lane.calling():
                has_begun = True
                return await client.send(prepared)
        except DeliveryError as error:
            return error
        except Exception as error:
            log.exception("a delivery could not be sent", delivery_id=claim.request.delivery_id)
            return _unforeseen(error, has_begun=has_begun)

    async def _settle(self, claim: Claim, connector: Connector, outcome: Outcome) -> AttemptResult:
        await self._ledger.settle(claim, outcome)
        return AttemptResult(outcome, connector)


def _unforeseen(error: Exception, *, has_begun: bool) -> UnforeseenError:
    consequence = (
        "the back office may have stored the appointment. Check it there before retrying"
        if has_begun
        else "nothing was sent"
    )
    return UnforeseenError(
        UNFORESEEN,
        f"An unforeseen error ({type(error).__name__}) in the connector; {consequence}.",
        outcome_unknown=has_begun,
        trace=stack_trace_of(error),
    )


def _success(receipt: Receipt, tries: int, began: float) -> Outcome:
    return Outcome(
        status=Status.SUCCESS,
        http_status=receipt.http_status,
        tries=tries,
        duration_ms=_since(began),
        exchange=receipt.exchange,
    )


def _failure(error: DeliveryError, tries: Tries, began: float) -> Outcome:
    return Outcome(
        status=Status.FAILED,
        code=error.code,
        message=str(error),
        retryable=error.retryable,
        outcome_unknown=error.outcome_unknown,
        is_possibly_stored=error.may_be_stored or tries.may_be_stored,
        http_status=error.http_status,
        tries=tries.total,
        duration_ms=_since(began),
        exchange=error.exchange,
        trace=error.trace,
    )


def _since(began: float) -> float:
    return round((time.monotonic() - began) * 1000, 1)
