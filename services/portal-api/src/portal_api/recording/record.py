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
from portal_api.statistics.late import late_minutes
from portal_api.store import dead_letter_projections, delivery_projections, operation_projections

if TYPE_CHECKING:
    from collections.abc import Sequence

    from common.contracts.connector import LaneChanged
    from common.contracts.dead_letter import DeadLetter
    from common.contracts.delivery import StatusChanged
    from common.contracts.transaction import TransactionReceived
    from portal_api.store.statistics import Statistics
    from portal_api.store.writer import Writer

log = structlog.get_logger()


class Recorder:
    """Messages -> what administrators see; the same message twice changes nothing."""

    def __init__(self, writer: Writer, statistics: Statistics | None = None) -> None:
        self._writer = writer
        self._statistics = statistics

    async def transactions(self, received: Sequence[TransactionReceived]) -> None:
        """Show the changes as pending at once."""
        await self._writer.write(
            [
                change
                for transaction in received
                for change in delivery_projections.of_transaction(transaction)
            ]
        )
        STORED.labels("transaction").inc(len(received))

    async def statuses(self, events: Sequence[StatusChanged]) -> None:
        """Show where deliveries stand."""
        spans = [
            consume_span(
                "record", topology.STATUSES, event.traceparent, partial(_attributes, event)
            )
            for event in events
            if event.phase is Phase.DONE
        ]
        with end_all(spans):
            await self._writer.write(
                [change for event in events for change in delivery_projections.of_status(event)]
            )
        STORED.labels("status").inc(len(events))
        now = datetime.now(UTC)
        await self._name_late(late_minutes(events, now))
        for event in events:
            STORED_AFTER_SECONDS.observe(max(0.0, (now - event.at).total_seconds()))

    async def lane(self, change: LaneChanged) -> None:
        """Show that a lane is held or works again."""
        await self._writer.write(delivery_projections.of_lane(change))
        STORED.labels("lane").inc()

    async def operation(self, told: OperationProgressed | DeliveriesArchived) -> None:
        """Show how an operation goes, or which deliveries it archived or restored."""
        if isinstance(told, DeliveriesArchived):
            await self._writer.write(operation_projections.of_archived(told))
            STORED.labels("archived").inc(len(told.delivery_ids))
        else:
            await self._writer.write(operation_projections.of_progress(told))
            STORED.labels("operation").inc()

    async def dead_letter(self, letter: DeadLetter) -> None:
        """Show a dead letter as Failed; one that cannot be stored is shown without its body."""
        try:
            await self._writer.write(dead_letter_projections.of_dead_letter(letter))
        except Exception as error:  # a bug, too: a dead letter has nowhere else to go
            log.exception("a dead letter is stored without its body", queue=letter.queue)
            note = f"It could not be stored: {type(error).__name__}"
            await self._writer.write(dead_letter_projections.of_letter_alone(letter, note))
        STORED.labels("dead letter").inc()
        await self._name_late(
            {
                Interval.MINUTE.of(moment)
                for moment in (letter.at, *dead_letter_projections.accepted_at(letter))
            }
        )

    async def _name_late(self, minutes: set[datetime]) -> None:
        """Have what came late counted; behind the write, and before the message is acknowledged."""
        if self._statistics is not None and minutes:
            await self._statistics.mark_late(minutes)


def _attributes(event: StatusChanged) -> dict[str, str]:
    return {"mboc.delivery_id": event.delivery_id, "mboc.status": str(event.status)}
