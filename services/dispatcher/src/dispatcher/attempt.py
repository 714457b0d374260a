"""Runs one attempt of one delivery: up to three tries. Failures become a status here."""

from __future__ import annotations

import asyncio
import functools
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, NamedTuple

import structlog

from common.contracts.applied import Applied
from common.contracts.delivery import Status
from common.contracts.outcome_check import CheckWay, check_way
from common.stack_trace import stack_trace_of
from dispatcher.back_offices.parsing import run_by_size
from dispatcher.back_offices.table import KINDS
from dispatcher.earlier_attempt import EarlierAttempt, Reply, ask
from dispatcher.errors import DeliveryError, UnforeseenError
from dispatcher.metrics import OUTCOME_CHECKS
from dispatcher.next_try import TryCounts, decide_next_try
from dispatcher.outcome import Outcome
from dispatcher.validate import validate_delivery

if TYPE_CHECKING:
    from collections.abc import Iterator

    from common.contracts.connector import Connector
    from common.contracts.delivery import DeliveryRequested
    from common.contracts.receipt import Answer
    from dispatcher.back_offices.answers import UnmaskedAnswer
    from dispatcher.back_offices.calls import Confirmation, PreparedDelivery
    from dispatcher.back_offices.table import BackOfficeClient
    from dispatcher.lanes.call_slots import CallSlot
    from dispatcher.lanes.lane_state import LaneState
    from dispatcher.ledger.claim import Granted
    from dispatcher.ledger.ledger import Ledger
    from dispatcher.subscription import MessageInHand

log = structlog.get_logger()
UNFORESEEN = "DSUNK001"
ASKS_AGAIN_AFTER_S = 0.1
CUT_OFF = UnforeseenError(
    UNFORESEEN,
    "The dispatcher was stopped during the call. The back office may have stored the appointment. "
    "Check it there before retrying.",
    outcome_unknown=True,
)
PARTLY_STORED = (
    "The appointment was stored, but not all of its resources were. Check it there before retrying."
)
EARLIER_CALL = "An earlier call had no answer, so the back office may have stored the appointment."


class AttemptResult(NamedTuple):
    """The outcome of an attempt, and the version of the connector that it was made with."""

    outcome: Outcome
    connector: Connector


class AttemptProgress:
    """The progress of one attempt: its tries, its last fault and the remaining follow-ups.

    Follow-ups remain where the record was stored. ``connector`` is the version of the last try.
    """

    def __init__(self, granted: Granted, connector: Connector, began: float) -> None:
        self.granted = granted
        self.action = granted.claim.request.transaction.action
        self.connector = connector
        self.tries = TryCounts()
        self.remaining: PreparedDelivery | None = None
        self.is_calling = False
        self.is_settled = False
        self.earlier = EarlierAttempt(granted)
        self._began = began
        self._asked_at = asyncio.get_running_loop().time()
        self._error: DeliveryError
        self.was_unknown = False
        self._is_in_doubt = False

    @property
    def is_partly_stored(self) -> bool:
        """Whether the record was stored, and follow-ups are still to be sent."""
        return self.remaining is not None

    @property
    def may_have_stored(self) -> bool:
        """Whether an attempt that is given up now may have stored what a repetition would store
        again.
        """
        return not self.is_settled and (self.is_partly_stored or self._is_in_doubt)

    def must_ask_again(self) -> bool:
        """Return whether a newer version may wait by now, because this one waited for its call."""
        now = asyncio.get_running_loop().time()
        waited, self._asked_at = now - self._asked_at, now
        return waited > ASKS_AGAIN_AFTER_S and not self.may_have_stored

    def record_failure(self, error: DeliveryError) -> None:
        """Count a failed try, and store the follow-ups that remain."""
        self._error = error
        self.was_unknown = self.was_unknown or error.outcome_unknown
        self._is_in_doubt = self._is_in_doubt or error.is_in_doubt
        self.remaining = error.remaining or self.remaining
        self.tries = self.tries.after(error)

    def with_effort(self, outcome: Outcome, tries: int = 0) -> Outcome:
        """Return the outcome with the tries and the duration of this attempt."""
        return outcome.model_copy(
            update={"tries": self.tries.total + tries, "duration_ms": _since(self._began)}
        )

    def success_outcome(self, confirmation: Confirmation) -> Outcome:
        """Return the outcome of a delivery that was confirmed."""
        return Outcome(
            status=Status.SUCCESS,
            message=confirmation.note,
            http_status=confirmation.http_status,
            tries=self.tries.total + 1,
            duration_ms=_since(self._began),
            exchange=confirmation.exchange,
            sent_action=self.granted.to_send.transaction.action,
            receipt=confirmation.receipt,
            applied=_applied_at_once(confirmation),
        )

    def failure_outcome(self, answer: Answer | None = None) -> Outcome:
        """Return the outcome after the last failed try, with the answer to it."""
        error, stored = self._error, self.remaining.stored if self.remaining else None
        unanswered = self.earlier.unanswered(self.connector, error)
        if unanswered is not None:
            return self.with_effort(unanswered)
        is_unknown = self.was_unknown or self.is_partly_stored
        return Outcome(
            status=Status.FAILED,
            code=error.code,
            message=" ".join((str(error), *self._notes())),
            retryable=error.retryable and not self.is_partly_stored,
            outcome_unknown=is_unknown,
            owes_create=error.owes_create and not self.is_partly_stored,
            http_status=error.http_status,
            tries=self.tries.total,
            duration_ms=_since(self._began),
            exchange=error.exchange,
            trace=error.trace,
            sent_action=self.granted.to_send.transaction.action,
            receipt=stored.receipt if stored else None,
            answer=answer,
            outcome_check=self.earlier.repetition(self.connector) if is_unknown else None,
            was_missing=self.earlier.is_certainly_missing,
        )

    def _notes(self) -> Iterator[str]:
        if self.is_partly_stored:
            yield PARTLY_STORED
        elif self.was_unknown and not self._error.outcome_unknown:
            yield EARLIER_CALL


class AttemptRunner:
    """Sends claimed deliveries of one lane and settles them in the ledger."""

    def __init__(self, lane: LaneState, ledger: Ledger, *, keeps_answers: bool = True) -> None:
        self._lane = lane
        self._ledger = ledger
        self._keeps_answers = keeps_answers

    async def run(self, granted: Granted, in_hand: MessageInHand) -> AttemptResult | None:
        """Send within the connector's limits until the attempt ends. The claim is always settled.

        Returns None without settling when nothing was stored and a newer version waits by now. A
        call counts as in flight until its success is settled. So a kill repeats no more calls
        than may be in flight.
        """
        progress = AttemptProgress(granted, self._lane.connector, time.monotonic())
        try:
            return await self._try_until_end(progress, in_hand)
        except BaseException:
            if progress.may_have_stored:
                await self._fail(progress)
            raise

    async def _try_until_end(
        self, progress: AttemptProgress, in_hand: MessageInHand
    ) -> AttemptResult | None:
        while True:
            slot = await self._lane.slots.acquire()
            in_hand.forbid_drop()
            try:
                result = await self._try_once(progress, slot)
            finally:
                self._lane.slots.release(slot)
            if result is Reply.MISSING:
                in_hand.allow_drop()
                continue
            if not isinstance(result, DeliveryError):
                return result
            progress.record_failure(result)
            next_try = decide_next_try(
                result,
                progress.tries,
                is_held=self._lane.breaker.is_held,
                is_harmless=check_way(progress.connector) is CheckWay.REPEAT,
            )
            if next_try.ends_attempt and not progress.earlier.ends_question(progress.connector):
                return await self._fail(progress, await self._answer_to(result))
            if next_try.holds_lane:
                self._lane.hold(result)
            in_hand.allow_drop()
            await asyncio.sleep(next_try.backoff_s)

    async def _try_once(
        self, progress: AttemptProgress, slot: CallSlot
    ) -> AttemptResult | DeliveryError | Literal[Reply.MISSING] | None:
        """Make one call with the lane's connector. Returns the result when the attempt ends.

        Returns None when a newer version waits, and ``Reply.MISSING`` after a question to the back
        office, when the appointment is to be sent.
        """
        connector = self._lane.connector
        ended = await self._end_before_call(progress, connector)
        if ended is not None:
            return ended
        if progress.earlier.must_ask(connector):
            return await self._ask(progress, slot)
        if progress.must_ask_again() and await self._ledger.newer_waits(progress.granted):
            return None
        result = await self._call(progress, slot)
        if isinstance(result, DeliveryError):
            return result
        return await self._settle(progress, progress.success_outcome(result))

    async def _end_before_call(
        self, progress: AttemptProgress, connector: Connector
    ) -> AttemptResult | None:
        """End an attempt that must not call, or return None.

        The connector may have changed since the delivery was validated, so it is validated before
        each call. Follow-ups that were prepared for an earlier version are not sent to a newer one.
        """
        if progress.is_partly_stored and connector != progress.connector:
            return await self._fail(progress)
        progress.connector = connector
        refusal = validate_delivery(connector, progress.action, KINDS)
        if refusal is not None and progress.was_unknown:
            return await self._fail(progress)
        refusal = progress.earlier.refusal(connector, refusal)
        return None if refusal is None else await self._settle(progress, refusal)

    async def _ask(
        self, progress: AttemptProgress, slot: CallSlot
    ) -> AttemptResult | DeliveryError | Literal[Reply.MISSING]:
        """Ask the back office for the record of the earlier attempt. Nothing is sent."""
        reply = await ask(self._lane, progress.connector, progress.granted.to_send)
        if isinstance(reply, DeliveryError):
            self._lane.failed(reply, slot)
            OUTCOME_CHECKS.labels("unanswered").inc()
            return reply
        if reply is not Reply.NOT_NAMED:
            self._lane.succeeded(slot)
        if not isinstance(reply, Reply):
            OUTCOME_CHECKS.labels("found").inc()
            found = progress.with_effort(progress.earlier.found(reply), 1)
            return await self._settle(progress, found)
        unchanged = progress.earlier.not_found(progress.connector, reply)
        if reply is Reply.MISSING:
            OUTCOME_CHECKS.labels("not there yet" if unchanged else "missing").inc()
        if unchanged is not None:
            return await self._settle(progress, progress.with_effort(unchanged, 1))
        if progress.earlier.is_certainly_missing:
            await self._ledger.record_missing(progress.granted)
        return Reply.MISSING

    async def _call(
        self, progress: AttemptProgress, slot: CallSlot
    ) -> Confirmation | DeliveryError:
        """Make one call, and report its result to the lane."""
        try:
            result = await self._send(progress)
        except asyncio.CancelledError:
            if progress.is_calling:
                progress.record_failure(CUT_OFF)
            raise
        if isinstance(result, DeliveryError):
            self._lane.failed(result, slot)
        else:
            self._lane.succeeded(slot)
        return result

    async def _send(self, progress: AttemptProgress) -> Confirmation | DeliveryError:
        """Return the confirmation or the fault.

        An unforeseen error is a fault of this delivery alone. Where the record was stored, only the
        remaining follow-ups are sent.
        """
        progress.is_calling = progress.is_partly_stored
        try:
            client = self._lane.clients.get(progress.connector)
            prepared = progress.remaining or await _prepare(client, progress.granted.to_send)
            with self._lane.calling():
                progress.is_calling = True
                return await client.send(prepared)
        except DeliveryError as error:
            return error
        except Exception as error:
            delivery_id = progress.granted.claim.request.delivery_id
            log.exception("a delivery could not be sent", delivery_id=delivery_id)
            return _unforeseen(error, has_begun=progress.is_calling)

    async def _answer_to(self, error: DeliveryError) -> Answer | None:
        """Return the answer of the failed call, unless answers are not kept."""
        found: UnmaskedAnswer | None = error.answer if self._keeps_answers else None
        return None if found is None else await run_by_size(found.work_size, found.mask)

    async def _fail(self, progress: AttemptProgress, answer: Answer | None = None) -> AttemptResult:
        return await self._settle(progress, progress.failure_outcome(answer))

    async def _settle(self, progress: AttemptProgress, outcome: Outcome) -> AttemptResult:
        progress.is_settled = True
        await self._ledger.settle(progress.granted, outcome)
        return AttemptResult(outcome, progress.connector)


def _applied_at_once(confirmation: Confirmation) -> Applied | None:
    """Return the state of the record, where the answer to the create tells it."""
    found = confirmation.state
    if found is None:
        return None
    return Applied(state=found.state, message=found.message, checked_at=datetime.now(UTC))


async def _prepare(client: BackOfficeClient, request: DeliveryRequested) -> PreparedDelivery:
    """Map the snapshot to calls. A long snapshot would hold the event loop for seconds."""
    size = len(request.transaction.body)
    return await run_by_size(size, functools.partial(client.prepare, request))


def _unforeseen(error: Exception, *, has_begun: bool) -> UnforeseenError:
    consequence = (
        "The back office may have stored the appointment. Check it there before retrying."
        if has_begun
        else "Nothing was sent."
    )
    return UnforeseenError(
        UNFORESEEN,
        f"An unforeseen error ({type(error).__name__}) in the connector. {consequence}",
        outcome_unknown=has_begun,
        trace=stack_trace_of(error),
    )


def _since(began: float) -> float:
    return round((time.monotonic() - began) * 1000, 1)
