"""The response of the status route."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from portal_api.health.verdict import HealthState
from portal_api.schemas.types import Instant


class _Observation(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class ServiceHealth(_Observation):
    """One replica of a service, with its version and its last heartbeat."""

    service: str
    replica: str
    version: str
    started_at: Instant
    heard_at: Instant
    ready: bool
    silent: bool = Field(description="Its heartbeats are missing. It counts as stopped.")
    reasons: list[str] = Field(description="Why it is not ready.")
    log_lines_dropped: int = Field(
        description=(
            "Log lines that are only on its standard output, because too many came at once."
        )
    )


class QueueHealth(_Observation):
    """One queue of RabbitMQ."""

    name: str
    waiting: int


class RabbitMqHealth(_Observation):
    """RabbitMQ and its fixed queues."""

    reachable: bool
    version: str | None
    queues: list[QueueHealth]


class MongoDbHealth(_Observation):
    """MongoDB and the primary of its replica set."""

    reachable: bool
    version: str | None
    primary: str | None


class NotAppliedHealth(_Observation):
    """The current deliveries whose records the back office has not applied. At most
    10,000 of all connectors count.
    """

    waiting: int
    refused: int
    reverted: int
    oldest_waiting_at: Instant | None = Field(
        description="The acceptance of the oldest change whose record waits."
    )


class LaneHealth(_Observation):
    """The lane of a connector. Null means unknown."""

    connector_id: str
    connector_name: str | None
    waiting: int | None
    in_flight: int
    calls_allowed: int | None = Field(
        description=(
            "Calls that may be under way at once. The number falls while the back office "
            "throttles. It is null while no dispatcher works the lane."
        )
    )
    held_since: Instant | None
    held_until: Instant | None = Field(
        description="Latest end of the hold. The back office is probed before."
    )
    reason: str | None
    oldest_waiting_at: Instant | None
    not_applied: NotAppliedHealth | None = Field(
        default=None, description="Null where every record is applied, or none is asked for."
    )


class TimerJobHealth(_Observation):
    """The schedule of automatic retries. An empty expression means never. ``trouble`` is the error
    in the expression.
    """

    expression: str
    time_zone: str = "UTC"
    trouble: str | None = None
    last_run_at: Instant | None
    next_run_at: Instant | None


class SystemHealth(BaseModel):
    """The state in one word and one sentence, all reasons, and the observations."""

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
