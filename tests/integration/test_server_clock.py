from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from common.database import open_database
from dispatcher.ledger.server_clock import ServerClock


async def test_leases_are_measured_by_mongodbs_clock_whatever_the_replicas_clock_says(
    mongodb_url: str,
) -> None:
    database = open_database(mongodb_url, f"test-{uuid.uuid4().hex[:8]}")
    fast = ServerClock(database, lambda: datetime.now(UTC) + timedelta(hours=2))
    slow = ServerClock(database, lambda: datetime.now(UTC) - timedelta(minutes=5))

    await fast.measure()
    await slow.measure()

    assert abs(fast.now() - slow.now()) < timedelta(seconds=5)
