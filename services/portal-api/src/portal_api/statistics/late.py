"""Which minutes must be counted again, because something of theirs was recorded after they
had been counted.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from common.contracts.delivery import Phase
from common.contracts.message import NO_CONNECTOR
from portal_api.statistics.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Iterable

    from common.contracts.delivery import StatusChanged

LATE = timedelta(seconds=60)
"""What is recorded sooner is found by the next rounds: they count again what is younger
than ``OVERLAP``.
"""
OVERLAP = timedelta(seconds=180)


def late_minutes(events: Iterable[StatusChanged], now: datetime) -> set[datetime]:
    """Return the minutes that these events, recorded now, belong to and that are
    over for a while.
    """
    return {
        Interval.MINUTE.of(moment)
        for event in events
        for moment in moments_of(event)
        if now - moment >= LATE
    }


def moments_of(event: StatusChanged) -> list[datetime]:
    """Return the moments that the event is counted at: when its attempt ended, and when the change
    was accepted if it is the first word of it.
    """
    is_first = event.attempt == 1 and (
        event.phase is Phase.PENDING or event.connector_id == NO_CONNECTOR
    )
    return ([event.at] if event.phase is Phase.DONE else []) + (
        [event.received_at] if is_first else []
    )
