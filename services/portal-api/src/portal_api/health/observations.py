"""What is seen of the system at one moment, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from common.contracts.telemetry import Heartbeat, TimerJob


@dataclass(frozen=True, slots=True)
class Replica:
    """One process of ours; ``silent`` means that it said nothing for too long, and
    is not ready then.
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
    """A queue, and the messages that wait in it."""

    name: str
    waiting: int


@dataclass(frozen=True, slots=True)
class RabbitMqObservation:
    """RabbitMQ as portal-api sees it."""

    reachable: bool
    version: str | None = None
    queues: tuple[QueueObservation, ...] = ()


@dataclass(frozen=True, slots=True)
class MongoDbObservation:
    """MongoDB as portal-api sees it; ``primary`` is the member that takes writes,
    as host and port.
    """

    reachable: bool
    version: str | None = None
    primary: str | None = None


@dataclass(frozen=True, slots=True)
class LaneObservation:
    """One connector's lane, all replicas of dispatcher together; None: not known now."""

    connector_id: str
    connector_name: str | None
    waiting: int | None = None
    in_flight: int = 0
    calls_allowed: int | None = None
    held_since: datetime | None = None
    held_until: datetime | None = None
    reason: str | None = None
    oldest_waiting_at: datetime | None = None


class LaneHold(NamedTuple):
    """That a replica holds a lane."""

    replica: str
    since: datetime
    until: datetime
    reason: str | None


@dataclass(frozen=True, slots=True)
class StoredObservations:
    """What was read; empty when MongoDB cannot be reached."""

    mongodb: MongoDbObservation
    heartbeats: list[tuple[Heartbeat, datetime]] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    partitions: dict[str, int] = field(default_factory=dict)
    held: dict[str, list[LaneHold]] = field(default_factory=dict)
    oldest: dict[str, datetime] = field(default_factory=dict)
    dead_letters: int | None = None


@dataclass(frozen=True, slots=True)
class SystemObservation:
    """Everything at one moment; ``dead_letters`` are the parked messages that nobody has dealt
    with, None: not known.
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
    """The word, and the sentences that explain it, the gravest first."""

    state: str
    reasons: tuple[str, ...] = field(default=())

    @property
    def sentence(self) -> str:
        """All of it in one sentence."""
        if not self.reasons:
            return "Changes are accepted and delivered."
        more = len(self.reasons) - 1
        return self.reasons[0] + (
            f" And {more} more reason{'s' if more > 1 else ''}." if more else ""
        )
