"""Observations of the system at one moment, and the verdict on them, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from common.contracts.telemetry import Heartbeat, TimerJob


@dataclass(frozen=True, slots=True)
class Replica:
    """One process of a service. ``silent`` means that its heartbeats are missing, so it does not
    count as ready.
    """

    service: str
    replica: str
    version: str
    started_at: datetime
    heard_at: datetime
    ready: bool
    silent: bool
    reasons: tuple[str, ...] = ()
    log_lines_dropped: int = 0


@dataclass(frozen=True, slots=True)
class QueueObservation:
    """A queue and the number of its waiting messages."""

    name: str
    waiting: int


@dataclass(frozen=True, slots=True)
class RabbitMqObservation:
    """RabbitMQ as observed by portal-api."""

    reachable: bool
    version: str | None = None
    queues: tuple[QueueObservation, ...] = ()


@dataclass(frozen=True, slots=True)
class MongoDbObservation:
    """MongoDB as observed by portal-api. ``primary`` is the host and port of the primary."""

    reachable: bool
    version: str | None = None
    primary: str | None = None


class AppliedCounts(NamedTuple):
    """The current deliveries of a connector whose records the back office has not applied."""

    waiting: int = 0
    refused: int = 0
    reverted: int = 0
    oldest_waiting_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LaneObservation:
    """The lane of a connector, summed over its partitions. None means unknown."""

    connector_id: str
    connector_name: str | None
    waiting: int | None = None
    in_flight: int = 0
    calls_allowed: int | None = None
    held_since: datetime | None = None
    held_until: datetime | None = None
    reason: str | None = None
    oldest_waiting_at: datetime | None = None
    not_applied: AppliedCounts | None = None


class LaneHold(NamedTuple):
    """The hold of a lane by the circuit breaker of a replica."""

    replica: str
    since: datetime
    until: datetime
    reason: str | None


@dataclass(frozen=True, slots=True)
class StoredObservations:
    """The observations that MongoDB stores. They are empty while MongoDB is unavailable."""

    mongodb: MongoDbObservation
    heartbeats: list[tuple[Heartbeat, datetime]] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    partitions: dict[str, int] = field(default_factory=dict)
    held: dict[str, list[LaneHold]] = field(default_factory=dict)
    oldest: dict[str, datetime] = field(default_factory=dict)
    not_applied: dict[str, AppliedCounts] = field(default_factory=dict)
    dead_letters: int | None = None


@dataclass(frozen=True, slots=True)
class SystemObservation:
    """The whole system at one moment.

    ``dead_letters`` counts the dead letters that are not archived. None means unknown.
    """

    at: datetime
    services: tuple[Replica, ...]
    rabbitmq: RabbitMqObservation
    mongodb: MongoDbObservation
    lanes: tuple[LaneObservation, ...] = ()
    timer_job: TimerJob | None = None
    dead_letters: int | None = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state in one word, and its reasons with the most severe first."""

    state: str
    reasons: tuple[str, ...] = field(default=())

    @property
    def sentence(self) -> str:
        """The most severe reason, and the number of the others."""
        if not self.reasons:
            return "Changes are accepted and delivered."
        more = len(self.reasons) - 1
        return self.reasons[0] + (
            f" And {more} more reason{'s' if more > 1 else ''}." if more else ""
        )
