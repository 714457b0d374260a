"""The clock of MongoDB, which measures the leases of all replicas."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from motor.motor_asyncio import AsyncIOMotorDatabase


class ServerClock:
    """This replica's clock, corrected by its offset from MongoDB's clock.

    The offset is measured because ``$$NOW`` is not allowed in the filter of an upsert.
    """

    def __init__(
        self,
        database: AsyncIOMotorDatabase[dict[str, Any]],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._clock = clock
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        """Return the time of MongoDB's clock."""
        return self._clock() + self._ahead

    async def measure(self) -> None:
        """Measure the offset. The error is at most half the time of the round trip."""
        asked = self._clock()
        options = self._database.codec_options
        answer = await self._database.command("hello", codec_options=options)
        answered = self._clock()
        self._ahead = answer["localTime"] - (asked + (answered - asked) / 2)
