"""Carries one delivery to its back office: validate, claim, send, settle, tell
(design.md, section 5).
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
from common.traces.messaging import publishing, taking
from common.traces.spans import CURRENT
from dispatcher.attempt import attempt
from dispatcher.back_offices.exchanges import Trail, followed
from dispatcher.back_offices.table import KINDS
from dispatcher.errors import HandBackError
from dispatcher.ledger.claim import Claim, Done, NeverDelivered, Superseded
from dispatcher.ledger.sentences import note_of, sent_as_create
from dispatcher.metrics import SENT_AFTER_SECONDS, attempts_of
from dispatcher.outcome import Outcome, event_of
from dispatcher.validate import find_refusal

if TYPE_CHECKING:
    from common.traces.spans import Facts, Span
    from dispatcher.back_offices.current import Current
    from dispatcher.lanes.desk import Desk
    from dispatcher.lanes.turns import Turns
    from dispatcher.ledger.ledger import Ledger
    from dispatcher.statuses import Statuses

log = structlog.get_logger()
FIRST_GLANCE_S = 0.05
LONGEST_GLANCE_S = 1.0


class Deliver:
    """DeliveryRequested -> StatusChanged, for the deliveries of one lane."""

    def __init__(
        self,
        desk: Desk,
        ledger: Ledger,
        turns: Turns,
        statuses: Statuses,
        back_office: Current,
        replica: str,
    ) -> None:
        self._desk = desk
        self._ledger = ledger
        self._turns = turns
        self._statuses = statuses
        self._back_office = back_office
        self._replica = replica

    async def __call__(self, request: DeliveryRequested) -> None:
        """Return when the status is safe with the broker; raises HandBackError when the
        call was not begun.
        """
        with taking(
            "deliver", topology.DELIVERIES, request.traceparent, partial(_facts, request)
        ) as step:
            CURRENT.set(step)  # never reset: the lane gives each delivery a task of its own
            refusal = find_refusal(self._desk.connector, request.transaction.action, KINDS)
            if refusal is not None:
                if Action.CREATE in self._desk.connector.actions:
                    await self._ledger.note_undelivered(request)
                await self._tell(request, refusal, step)
                return
            async with self._turns.of(request.transaction.appointment.key):
                claim = Claim(request, self._desk.connector.sends_missing_create)
                outcome = await self._claimed(claim)
                await self._tell(request, _with_notes(outcome, claim), step)

    async def _claimed(self, claim: Claim) -> Outcome:
        pause = FIRST_GLANCE_S
        while True:
            answer = await self._ledger.claim(claim)
            if isinstance(answer, Claim):
                return await self._send(answer)
            if isinstance(answer, Done | NeverDelivered):
                return answer.outcome
            if isinstance(answer, Superseded):
                return _skipped(answer)
            if self._desk.gate.is_closing:
                raise HandBackError
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_GLANCE_S)

    async def _send(self, claim: Claim) -> Outcome:
        trail = Trail()

        async def send() -> int:
            if claim.request.attempt == 1:
                SENT_AFTER_SECONDS.observe(
                    (datetime.now(UTC) - claim.request.transaction.received_at).total_seconds()
                )
            with followed(trail):
                return await self._back_office.of(self._desk.connector).send(claim.to_send)

        async def settle(outcome: Outcome) -> Outcome:
            told = outcome.model_copy(update={"exchange": trail.last})
            await self._ledger.settle(claim, told)
            return told

        try:
            return await attempt(self._desk, send, settle)
        except HandBackError:
            await self._ledger.release(claim)
            raise

    async def _tell(self, request: DeliveryRequested, outcome: Outcome, step: Span) -> None:
        """Publish the status, and log the attempt in one line."""
        connector = self._desk.connector
        if outcome.status is Status.FAILED:
            step.failed(outcome.code or outcome.status)
        with publishing(topology.STATUSES, step) as telling:
            await self._statuses.publish(
                event_of(request, connector, outcome, self._replica, telling)
            )
        attempts_of(connector.connector_id, outcome.status, outcome.code or "").inc()
        if outcome.duration_ms is not None:
            self._desk.attempt_seconds.observe(outcome.duration_ms / 1000)
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


def _facts(request: DeliveryRequested) -> Facts:
    """Return what the delivery's step says, and every call made for it."""
    return {
        "mboc.delivery_id": request.delivery_id,
        "mboc.connector_id": request.connector_id,
        "mboc.attempt": request.attempt,
        "mboc.trigger": request.trigger,
        "mboc.action": request.transaction.action,
    }


def _with_notes(outcome: Outcome, claim: Claim) -> Outcome:
    """Add to the message how the version was ordered and sent."""
    created = sent_as_create(claim.missing_create) if claim.missing_create else None
    sentences = (outcome.message, created, note_of(claim.request.transaction.appointment))
    message = " ".join(sentence for sentence in sentences if sentence)
    return outcome.model_copy(update={"message": message or None})


def _skipped(answer: Superseded) -> Outcome:
    when = answer.modified_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Outcome(
        status=Status.SKIPPED,
        message=(
            f"A newer version of the appointment, modified at {when}, was sent before "
            f"(transaction {answer.by_transaction})."
        ),
    )
