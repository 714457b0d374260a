"""When the timer job may ask for a Failed delivery again: the longer, the more often the same cause
has refused it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from common.contracts.message import digest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

FIRST_WAIT = timedelta(minutes=5)
"""After the first attempt of the timer job that ended with the cause it was made for; each further
one doubles it.
"""
LONGEST_WAIT = timedelta(days=1)
SPREAD = 0.2
"""The share of a wait by which deliveries differ, so that they do not come back together."""


def repeats_of(delivery: Mapping[str, Any], connector_version: int | None) -> int:
    """Return how often in a row the timer job was refused for the cause that a stored delivery has
    now; 0 after a person's retry, and with other settings of the connector than those it used.
    """
    is_same_cause = delivery.get("cause") == delivery.get("repeated_cause")
    is_same_version = delivery.get("connector_version") in (None, connector_version)
    return delivery.get("repeats") or 0 if is_same_cause and is_same_version else 0


def wait_of(delivery_id: str, repeats: int) -> timedelta:
    """Return how long the delivery waits after so many repeats: the same in every process."""
    if not repeats:
        return timedelta()
    longest = min(LONGEST_WAIT, FIRST_WAIT * (1 << min(repeats - 1, 16)))
    share = int(digest([delivery_id, str(repeats)])[:8], 16) / 0xFFFFFFFF
    return longest * (1 - SPREAD * share)


def due_at(delivery: Mapping[str, Any], connector_version: int | None) -> datetime:
    """Return from when on the timer job may ask for a stored delivery again."""
    changed_at: datetime = delivery["changed_at"]
    return changed_at + wait_of(delivery["_id"], repeats_of(delivery, connector_version))
