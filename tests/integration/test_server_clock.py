from __future__ import annotations

from datetime import UTC, datetime, timedelta

from dispatcher.ledger.server_clock import ServerClock
from tests.support.database import Database


async def test_leases_are_measured_by_mongodbs_clock(
    empty_database: Database,
) -> None:
    fast = ServerClock(empty_database, lambda: datetime.now(UTC) + timedelta(hours=2))
    slow = ServerClock(empty_database, lambda: datetime.now(UTC) - timedelta(minutes=5))

    await fast.measure()
    await slow.measure()

    assert abs(fast.now() - slow.now()) < timedelta(seconds=5)
