"""The response of the status route."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from portal_api.health.verdict import HealthState
from portal_api.schemas.types import Instant


class _Observation(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class ServiceHealth(_Observation):
    """One replica of a service: which version, since when, and when it was last heard of."""

    service: str
    replica: str
    version: str
    started_at: Instant
    heard_at: Instant
    ready: bool
    silent: bool = Field(description="It said nothing for so long that it must be taken for dead.")
    reasons: list[str] = Field(description="Why it is not ready.")
    log_lines_dropped: int = Field(
        description=(
            "Log lines that stand on its standard output only, because too many came at once."
        )
    )


class QueueHealth(_Observation):
    """One queue of RabbitMQ."""

    name: str
    waiting: int


class RabbitMqHealth(_Observation):
    """RabbitMQ, and its well-known queues."""

    reachable: bool
    version: str | None
    queues: list[QueueHealth]


class MongoDbHealth(_Observation):
    """MongoDB, and which member of the replica set is the primary."""

    reachable: bool
    version: str | None
    primary: str | None


class LaneHealth(_Observation):
    """One connector's lane; null means not known."""

    connector_id: str
    connector_name: str | None
    waiting: int | None
    in_flight: int
    calls_allowed: int | None = Field(
        description=(
            "Calls that may be under way at once: fewer while the back office throttles, null "
            "while no dispatcher works the lane, as during a handover."
        )
    )
    held_since: Instant | None
    held_until: Instant | None = Field(
        description="Until when it is surely held; it is probed before."
    )
    reason: str | None
    oldest_waiting_at: Instant | None


class TimerJobHealth(_Observation):
    """When Failed deliveries are run again; an empty expression means never, ``trouble`` why it
    cannot be read.
    """

    expression: str
    time_zone: str = "UTC"
    trouble: str | None = None
    last_run_at: Instant | None
    next_run_at: Instant | None


class SystemHealth(BaseModel):
    """The word, the sentence, every reason, and what they are drawn from."""

    state: HealthState
    sentence: str
    reasons: list[str]
    at: Instant
    services: list[ServiceHealth]
    rabbitmq: RabbitMqHealth
    mongodb: MongoDbHealth
    lanes: list[LaneHealth]
    timer_job: TimerJobHealth | None
    dead_letters: int | None
