"""The backoff of the timer job: a Failed delivery waits longer, the more often the same cause has
refused it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from common.contracts.message import digest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

FIRST_WAIT = timedelta(minutes=5)
"""The wait after the first attempt of the timer job that failed with the same cause. Each further
failure doubles the wait.
"""
LONGEST_WAIT = timedelta(days=1)
SPREAD = 0.2
"""The share of a wait by which deliveries differ, so that they are not retried all at once."""


def repeats_of(delivery: Mapping[str, Any], connector_version: int | None) -> int:
    """Return the number of consecutive refusals of the timer job with the cause that the stored
    delivery has now.

    It is 0 after a person's retry, and after a change of the connector's settings.
    """
    is_same_cause = delivery.get("cause") == delivery.get("repeated_cause")
    is_same_version = delivery.get("connector_version") in (None, connector_version)
    return delivery.get("repeats") or 0 if is_same_cause and is_same_version else 0


def wait_of(delivery_id: str, repeats: int) -> timedelta:
    """Return the wait after this number of repeats, the same in every process."""
    if not repeats:
        return timedelta()
    longest = min(LONGEST_WAIT, FIRST_WAIT * (1 << min(repeats - 1, 16)))
    share = int(digest([delivery_id, str(repeats)])[:8], 16) / 0xFFFFFFFF
    return longest * (1 - SPREAD * share)


def due_at(delivery: Mapping[str, Any], connector_version: int | None) -> datetime:
    """Return the earliest time for the timer job to retry a stored delivery."""
    changed_at: datetime = delivery["changed_at"]
    return changed_at + wait_of(delivery["_id"], repeats_of(delivery, connector_version))
