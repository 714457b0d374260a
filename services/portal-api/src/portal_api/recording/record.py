"""Records the messages of the other services."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import structlog

from common import topology
from common.contracts.delivery import Phase
from common.contracts.operation import DeliveriesArchived, OperationProgressed
from common.traces.messaging import consume_span
from common.traces.spans import end_all
from portal_api.metrics import STORED, STORED_AFTER_SECONDS
from portal_api.statistics.interval import Interval
from portal_api.statistics.late import late_minutes, late_minutes_of
from portal_api.store import (
    answers,
    applied_projections,
    dead_letter_projections,
    delivery_projections,
    operation_projections,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from common.contracts.applied import AppliedChanged
    from common.contracts.connector import LaneChanged
    from common.contracts.dead_letter import DeadLetter
    from common.contracts.delivery import StatusChanged
    from common.contracts.transaction import TransactionReceived
    from portal_api.store.overtaken import OvertakenMarks
    from portal_api.store.statistics import Statistics
    from portal_api.store.writer import Writer

log = structlog.get_logger()


class Recorder:
    """Messages of other services -> the collections that the API shows.

    Every write is idempotent, because RabbitMQ may deliver a message twice.
    """

    def __init__(
        self,
        writer: Writer,
        statistics: Statistics | None = None,
        overtaken: OvertakenMarks | None = None,
        *,
        keeps_answers: bool = True,
    ) -> None:
        self._writer = writer
        self._statistics = statistics
        self._overtaken = overtaken
        self._keeps_answers = keeps_answers

    async def record_transactions(self, received: Sequence[TransactionReceived]) -> None:
        """Record the changes as pending deliveries before they are routed."""
        await self._writer.write(
            [
                change
                for transaction in received
                for change in delivery_projections.of_transaction(transaction)
            ]
        )
        STORED.labels("transaction").inc(len(received))

    async def record_statuses(self, events: Sequence[StatusChanged]) -> None:
        """Record the status of deliveries."""
        spans = [
            consume_span(
                "record", topology.STATUSES, event.traceparent, partial(_attributes, event)
            )
            for event in events
            if event.phase is Phase.DONE
        ]
        with end_all(spans):
            changes = [
                change for event in events for change in delivery_projections.of_status(event)
            ]
            if self._keeps_answers:
                changes += [change for event in events for change in answers.of_status(event)]
            await self._writer.write(changes)
            await self._mark_overtaken(
                event.appointment.key for event in events if event.phase is Phase.DONE
            )
        STORED.labels("status").inc(len(events))
        now = datetime.now(UTC)
        await self._mark_late(late_minutes(events, now))
        for event in events:
            STORED_AFTER_SECONDS.observe(max(0.0, (now - event.at).total_seconds()))

    async def record_applied(self, events: Sequence[AppliedChanged]) -> None:
        """Record the states of records at the back office."""
        await self._writer.write(applied_projections.of_changes(events))
        STORED.labels("applied").inc(len(events))
        times = (event.applied.checked_at for event in events)
        await self._mark_late(late_minutes_of(filter(None, times), datetime.now(UTC)))

    async def record_lane(self, change: LaneChanged) -> None:
        """Record that a lane is held or released."""
        await self._writer.write(delivery_projections.of_lane(change))
        STORED.labels("lane").inc()

    async def record_operation(self, message: OperationProgressed | DeliveriesArchived) -> None:
        """Record the progress of an operation, or the deliveries that it archived or restored."""
        if isinstance(message, DeliveriesArchived):
            await self._writer.write(operation_projections.of_archived(message))
            STORED.labels("archived").inc(len(message.delivery_ids))
        else:
            await self._writer.write(operation_projections.of_progress(message))
            STORED.labels("operation").inc()

    async def record_dead_letter(self, dead_letter: DeadLetter) -> None:
        """Record a dead letter as Failed. If it cannot be stored, omit its body."""
        try:
            await self._writer.write(dead_letter_projections.of_dead_letter(dead_letter))
        except Exception as error:  # even a bug, because a dead letter has no other queue
            log.exception(
                "the dead letter cannot be stored, so it is stored without its body",
                queue=dead_letter.queue,
            )
            note = f"It could not be stored: {type(error).__name__}"
            await self._writer.write(dead_letter_projections.of_letter_alone(dead_letter, note))
        await self._mark_overtaken(dead_letter_projections.appointments_in(dead_letter))
        STORED.labels("dead letter").inc()
        await self._mark_late(
            {
                Interval.MINUTE.start_of(moment)
                for moment in (dead_letter.at, *dead_letter_projections.accepted_at(dead_letter))
            }
        )

    async def _mark_overtaken(self, appointment_keys: Iterable[str]) -> None:
        """Mark overtaken deliveries after the write and before the acknowledgement, so that a crash
        repeats it.
        """
        if self._overtaken is not None:
            await self._overtaken.update(set(appointment_keys))

    async def _mark_late(self, minutes: set[datetime]) -> None:
        """Mark minutes to be counted again.

        It happens after the write, so that the count includes it. It happens before the
        acknowledgement, so that a crash cannot lose the mark.
        """
        if self._statistics is not None and minutes:
            await self._statistics.mark_late(minutes)


def _attributes(event: StatusChanged) -> dict[str, str]:
    return {"mboc.delivery_id": event.delivery_id, "mboc.status": str(event.status)}
