"""The telemetry of the services: heartbeats, the state of lanes, and log lines."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import AwareDatetime, ConfigDict, Field

from common.contracts.message import ConnectorId, Message


class LaneStanding(Message):
    """The state of one lane at one replica of dispatcher.

    ``in_queue`` counts the messages that wait at the broker for all replicas together, None when
    unknown. ``in_hand`` counts the unfinished messages of this replica, of which ``in_flight`` are
    calls under way.
    """

    connector_id: ConnectorId
    connector_name: str | None = None
    in_queue: int | None = None
    in_hand: int = Field(default=0, ge=0)
    in_flight: int = Field(default=0, ge=0)
    calls_allowed: int | None = None
    held_since: AwareDatetime | None = None
    held_until: AwareDatetime | None = None
    reason: str | None = None


class TimerJob(Message):
    """The schedule of the timer job: a cron expression in a time zone, or empty for never.

    ``trouble`` is the reason why the expression cannot be read, so that the job never runs.
    """

    expression: str
    time_zone: str = "UTC"
    trouble: str | None = None
    last_run_at: AwareDatetime | None = None
    next_run_at: AwareDatetime | None = None


class Heartbeat(Message):
    """every service -> portal-api: one replica works, or the reasons why not.

    ``leaving`` marks a regular shutdown. ``release`` is the version of the software.
    ``lines_dropped`` counts log lines that did not fit into the replica's buffer.
    """

    version: Literal[1] = 1
    service: str = Field(min_length=1, max_length=50)
    replica: str = Field(min_length=1, max_length=100)
    release: str
    started_at: AwareDatetime
    at: AwareDatetime
    ready: bool
    reasons: tuple[str, ...] = ()
    leaving: bool = False
    lines_dropped: int = Field(default=0, ge=0)
    lanes: tuple[LaneStanding, ...] = ()
    timer_job: TimerJob | None = None

    @property
    def key(self) -> str:
        """The unique name of the replica."""
        return f"{self.service}|{self.replica}"


class LogRecorded(Message):
    """every service -> portal-api: one log line, as on standard output, with all its fields.

    Lines travel as a list (ADR 0008). The message's id and the index in the list identify a line.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    timestamp: AwareDatetime
    level: str
    service: str = Field(min_length=1, max_length=50)
    replica: str = Field(min_length=1, max_length=100)
    event: str
    delivery_id: str | None = None
    connector_id: str | None = None

    @property
    def fields(self) -> dict[str, Any]:
        """All other fields of the line."""
        return self.model_extra or {}
