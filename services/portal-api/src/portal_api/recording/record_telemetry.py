"""Hears what the services say of themselves."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from portal_api.logs.line import kept
from portal_api.metrics import LINES_NOT_UNDERSTOOD, STORED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from common.contracts.telemetry import Heartbeat, LogRecorded

    class Logs(Protocol):
        """Where lines are kept."""

        async def keep(self, lines: Sequence[dict[str, Any]]) -> None:
            """Keep lines; the same one twice changes nothing."""
            ...

    class Heartbeats(Protocol):
        """Where heartbeats are kept."""

        async def keep(self, beat: Heartbeat, heard_at: datetime) -> None:
            """Remember the newest of each replica."""
            ...


class Hear:
    """LogRecorded, Heartbeat -> what administrators see of the services."""

    def __init__(self, logs: Logs, heartbeats: Heartbeats) -> None:
        self._logs = logs
        self._heartbeats = heartbeats

    async def lines(self, message_id: str, lines: Sequence[LogRecorded], odd: int) -> None:
        """Keep the lines of a message."""
        LINES_NOT_UNDERSTOOD.inc(odd)
        if lines:
            await self._logs.keep(
                [kept(line, message_id, place) for place, line in enumerate(lines)]
            )
        STORED.labels("log line").inc(len(lines))

    async def heartbeat(self, beat: Heartbeat) -> None:
        """Remember that a replica is there, by our clock: the sender's may be wrong."""
        await self._heartbeats.keep(beat, datetime.now(UTC))
        STORED.labels("heartbeat").inc()
