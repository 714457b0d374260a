"""What the services say of themselves: that they are at work, how their lanes stand, and
every line they log.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import AwareDatetime, ConfigDict, Field

from common.contracts.message import ConnectorId, Message


class LaneStanding(Message):
    """How one lane stands at one replica of dispatcher.

    ``in_queue`` counts what waits at the broker, for all replicas together (None: not
    known); ``in_hand`` what this replica has taken and not finished, of which ``in_flight``
    are calls under way.
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
    """When Failed deliveries are run again: a cron expression in a time zone, empty = never;
    ``trouble`` says why it cannot be read, so that it never runs.
    """

    expression: str
    time_zone: str = "UTC"
    trouble: str | None = None
    last_run_at: AwareDatetime | None = None
    next_run_at: AwareDatetime | None = None


class Heartbeat(Message):
    """every service -> portal-api: one replica is at work, or why not; ``leaving`` says that it
    ends in good order.

    ``release`` is the version of the software; ``lines_dropped`` counts log lines that its own
    buffer had no room for.
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
        """The name of the replica among all."""
        return f"{self.service}|{self.replica}"


class LogRecorded(Message):
    """every service -> portal-api: one line of a log, as it stands on standard output; what it says
    beside is kept too.

    They travel as a list (ADR 0008). The message's id and the place in the list name a line.
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
        """Everything else that the line says."""
        return self.model_extra or {}
