"""Delivers one request to its back office: validate, claim, send, settle, publish.

The rules are those of design.md, section 5.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import structlog

from common import topology
from common.contracts.appointment import Action
from common.contracts.delivery import DeliveryRequested, Status
from common.traces.messaging import consume_span, publish_span
from common.traces.spans import CURRENT_SPAN
from dispatcher.attempt import AttemptResult, AttemptRunner
from dispatcher.back_offices.table import KINDS
from dispatcher.keyed_lock import KeyedLock
from dispatcher.ledger.claim import (
    AlreadySettled,
    Claim,
    Granted,
    NewerWaits,
    NothingToDelete,
    Superseded,
)
from dispatcher.ledger.version_notes import modified_ahead_note, sent_as_create_note
from dispatcher.metrics import SENT_AFTER_SECONDS, attempts_of
from dispatcher.outcome import Outcome, status_changed_of
from dispatcher.validate import validate_delivery

if TYPE_CHECKING:
    from common.contracts.connector import Connector
    from common.traces.spans import Attributes, Span
    from dispatcher.applied.questions import AppliedQuestions
    from dispatcher.lanes.lane_state import LaneState
    from dispatcher.ledger.ledger import Ledger
    from dispatcher.status_publisher import StatusPublisher
    from dispatcher.subscription import MessageInHand

log = structlog.get_logger()
FIRST_POLL_S = 0.05
LONGEST_POLL_S = 1.0


class DeliveryService:
    """DeliveryRequested -> StatusChanged, for the deliveries of one lane."""

    def __init__(
        self,
        lane: LaneState,
        ledger: Ledger,
        statuses: StatusPublisher,
        applied: AppliedQuestions,
        replica: str,
        *,
        keeps_answers: bool = True,
    ) -> None:
        self._lane = lane
        self._ledger = ledger
        self._statuses = statuses
        self._applied = applied
        self._replica = replica
        self._locks = KeyedLock()
        self._attempts = AttemptRunner(lane, ledger, keeps_answers=keeps_answers)

    async def deliver(self, request: DeliveryRequested, in_hand: MessageInHand) -> None:
        """Deliver the request. Returns when RabbitMQ has the delivery's status."""
        connector = self._lane.connector
        attributes = partial(_attributes, request)
        with consume_span("deliver", topology.DELIVERIES, request.traceparent, attributes) as span:
            CURRENT_SPAN.set(span)  # never reset, because each delivery has a task of its own
            refusal = validate_delivery(connector, request.transaction.action, KINDS)
            if refusal is not None and not request.is_check:
                if Action.CREATE in connector.actions:
                    await self._ledger.record_owed_create(request)
                if connector.newest_only:
                    await self._ledger.forget_newest(request)
                await self._publish(request, AttemptResult(refusal, connector), span)
                return
            async with self._locks.hold(request.transaction.appointment.key):
                result = await self._claim_and_send(request, in_hand)
                note = modified_ahead_note(request.transaction.appointment)
                outcome = await self._applied.open(request, result.connector, result.outcome)
                result = _with_note(result._replace(outcome=outcome), note)
                await self._publish(request, result, span)

    async def _claim_and_send(
        self, request: DeliveryRequested, in_hand: MessageInHand
    ) -> AttemptResult:
        """Wait for the appointment's claim, then send. The claim always ends.

        A claim that waited too long for its call ends, and another one is made.
        """
        pause = FIRST_POLL_S
        while True:
            answer = await self._ledger.claim(_claim_of(request, self._lane.connector))
            if isinstance(answer, Granted):
                result = await self._send(answer, in_hand)
                if result is not None:
                    return result
                continue
            if isinstance(answer, AlreadySettled | NothingToDelete):
                return AttemptResult(answer.outcome, self._lane.connector)
            if isinstance(answer, Superseded):
                return AttemptResult(_skipped(answer), self._lane.connector)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_POLL_S)

    async def _send(self, granted: Granted, in_hand: MessageInHand) -> AttemptResult | None:
        """Return the result, or None where a newer version waits and nothing was sent."""
        request = granted.claim.request
        try:
            if request.attempt == 1:
                waited = datetime.now(UTC) - request.transaction.received_at
                SENT_AFTER_SECONDS.observe(waited.total_seconds())
            result = await self._attempts.run(granted, in_hand)
        except BaseException:
            await self._ledger.release(granted.claim)
            raise
        if result is None:
            in_hand.allow_drop()
            await self._ledger.release(granted.claim)
            return None
        missing = granted.missing_create
        return _with_note(result, sent_as_create_note(missing) if missing else None)

    async def _publish(self, request: DeliveryRequested, result: AttemptResult, span: Span) -> None:
        """Publish the status, and log the attempt in one line."""
        outcome, connector = result
        if outcome.status is Status.FAILED:
            span.failed(outcome.code or outcome.status)
        with publish_span(topology.STATUSES, span) as publication:
            event = status_changed_of(request, connector, outcome, self._replica, publication)
            await self._statuses.publish(event)
        attempts_of(connector.connector_id, outcome.status, outcome.code or "").inc()
        if outcome.duration_ms is not None:
            self._lane.attempt_seconds.observe(outcome.duration_ms / 1000)
        log.info(
            "attempt",
            delivery_id=request.delivery_id,
            attempt=request.attempt,
            trigger=request.trigger,
            action=request.transaction.action,
            appointment=request.transaction.appointment.key,
            connector_id=connector.connector_id,
            connector_version=connector.version,
            status=outcome.status,
            code=outcome.code,
            retryable=outcome.retryable,
            outcome_unknown=outcome.outcome_unknown,
            http_status=outcome.http_status,
            tries=outcome.tries,
            duration_ms=outcome.duration_ms,
        )


def _attributes(request: DeliveryRequested) -> Attributes:
    """Return the attributes of the delivery's span, which every call inherits."""
    return {
        "mboc.delivery_id": request.delivery_id,
        "mboc.connector_id": request.connector_id,
        "mboc.attempt": request.attempt,
        "mboc.trigger": request.trigger,
        "mboc.action": request.transaction.action,
    }


def _claim_of(request: DeliveryRequested, connector: Connector) -> Claim:
    return Claim(
        request,
        connector.sends_missing_create and Action.CREATE in connector.actions,
        frozenset(connector.actions) if connector.newest_only else frozenset(),
    )


def _with_note(result: AttemptResult, note: str | None) -> AttemptResult:
    """Return the result with the note at the end of its message."""
    if note is None:
        return result
    message = f"{result.outcome.message} {note}" if result.outcome.message else note
    outcome = result.outcome.model_copy(update={"message": message})
    return result._replace(outcome=outcome)


def _skipped(answer: Superseded) -> Outcome:
    when = answer.modified_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    message = (
        f"Skipped, because a newer version of the appointment waits: modified at {when}"
        if isinstance(answer, NewerWaits)
        else f"A newer version of the appointment, modified at {when}, was sent before"
    )
    return Outcome(
        status=Status.SKIPPED, message=f"{message} (transaction {answer.transaction_id})."
    )
