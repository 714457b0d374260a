"""Records the log lines and heartbeats of the services."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from portal_api.logs.line import log_document
from portal_api.metrics import LINES_NOT_UNDERSTOOD, STORED

if TYPE_CHECKING:
    from common.contracts.telemetry import Heartbeat
    from portal_api.logs.line import LogLines
    from portal_api.store.heartbeats import Heartbeats
    from portal_api.store.logs import Logs


class TelemetryRecorder:
    """LogRecorded, Heartbeat -> the collections of log lines and heartbeats."""

    def __init__(self, logs: Logs, heartbeats: Heartbeats) -> None:
        self._logs = logs
        self._heartbeats = heartbeats

    async def lines(self, message_id: str, log_lines: LogLines) -> None:
        """Store the lines of a message."""
        LINES_NOT_UNDERSTOOD.inc(log_lines.unreadable)
        if log_lines.items:
            await self._logs.save(
                [
                    log_document(line, message_id, index)
                    for index, line in enumerate(log_lines.items)
                ]
            )
        STORED.labels("log line").inc(len(log_lines.items))

    async def heartbeat(self, heartbeat: Heartbeat) -> None:
        """Store a heartbeat with the local time, because the sender's clock may be wrong."""
        await self._heartbeats.save(heartbeat, datetime.now(UTC))
        STORED.labels("heartbeat").inc()
