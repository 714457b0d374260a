"""Selection of the minutes to count again, because an event of theirs was recorded late."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from common.contracts.delivery import Phase
from common.contracts.message import NO_CONNECTOR
from portal_api.statistics.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Iterable

    from common.contracts.delivery import StatusChanged

LATE_AFTER = timedelta(seconds=60)
"""Events recorded sooner need no mark, because every round counts the last ``OVERLAP`` again."""
OVERLAP = timedelta(seconds=180)


def late_minutes(events: Iterable[StatusChanged], now: datetime) -> set[datetime]:
    """Return the minutes of these events, which are recorded now, that are already late."""
    return late_minutes_of((moment for event in events for moment in moments_of(event)), now)


def late_minutes_of(moments: Iterable[datetime], now: datetime) -> set[datetime]:
    """Return the minutes of these moments that are already late."""
    return {Interval.MINUTE.start_of(moment) for moment in moments if now - moment >= LATE_AFTER}


def moments_of(event: StatusChanged) -> list[datetime]:
    """Return the moments at which the event is counted.

    They are the end of its attempt and, for the first event of a delivery, the acceptance of the
    change.
    """
    is_first = event.attempt == 1 and (
        event.phase is Phase.PENDING or event.connector_id == NO_CONNECTOR
    )
    return ([event.at] if event.phase is Phase.DONE else []) + (
        [event.received_at] if is_first else []
    )
