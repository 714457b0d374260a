"""Hears what the services say of themselves."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from portal_api.logs.line import log_document
from portal_api.metrics import LINES_NOT_UNDERSTOOD, STORED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from common.contracts.telemetry import Heartbeat, LogRecorded
    from portal_api.store.heartbeats import Heartbeats
    from portal_api.store.logs import Logs


class TelemetryRecorder:
    """LogRecorded, Heartbeat -> what administrators see of the services."""

    def __init__(self, logs: Logs, heartbeats: Heartbeats) -> None:
        self._logs = logs
        self._heartbeats = heartbeats

    async def lines(self, message_id: str, lines: Sequence[LogRecorded], odd: int) -> None:
        """Keep the lines of a message."""
        LINES_NOT_UNDERSTOOD.inc(odd)
        if lines:
            await self._logs.save(
                [log_document(line, message_id, place) for place, line in enumerate(lines)]
            )
        STORED.labels("log line").inc(len(lines))

    async def heartbeat(self, beat: Heartbeat) -> None:
        """Remember that a replica is there, by our clock: the sender's may be wrong."""
        await self._heartbeats.save(beat, datetime.now(UTC))
        STORED.labels("heartbeat").inc()
