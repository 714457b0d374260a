"""``/api/status``: is the connection between the two sides well, and what is seen of services,
servers and lanes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from portal_api.health.verdict import State
from portal_api.schemas.types import Instant

if TYPE_CHECKING:
    from portal_api.health.monitor import Board


class _Seen(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class ServiceShown(_Seen):
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


class QueueShown(_Seen):
    """One queue of RabbitMQ."""

    name: str
    waiting: int


class RabbitMqShown(_Seen):
    """RabbitMQ, and its well-known queues."""

    reachable: bool
    version: str | None
    queues: list[QueueShown]


class MongoDbShown(_Seen):
    """MongoDB, and which member of the replica set is the primary."""

    reachable: bool
    version: str | None
    primary: str | None


class LaneShown(_Seen):
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


class TimerJobShown(_Seen):
    """When Failed deliveries are run again; an empty expression means never, ``trouble`` why it
    cannot be read.
    """

    expression: str
    time_zone: str = "UTC"
    trouble: str | None = None
    last_run_at: Instant | None
    next_run_at: Instant | None


class StatusShown(BaseModel):
    """The word, the sentence, every reason, and what they are drawn from."""

    state: State
    sentence: str
    reasons: list[str]
    at: Instant
    services: list[ServiceShown]
    rabbitmq: RabbitMqShown
    mongodb: MongoDbShown
    lanes: list[LaneShown]
    timer_job: TimerJobShown | None
    dead_letters: int | None


def status(board: Board) -> APIRouter:
    """Return the route."""
    router = APIRouter(tags=["Status"])

    @router.get("/status")
    async def read_status() -> StatusShown:
        """Say how everything stands; it answers when RabbitMQ or MongoDB is away,
        too, and says which.
        """
        seen, verdict = await board.read()
        return StatusShown(
            state=State(verdict.state),
            sentence=verdict.sentence,
            reasons=list(verdict.reasons),
            at=seen.at,
            services=[ServiceShown.model_validate(replica) for replica in seen.services],
            rabbitmq=RabbitMqShown.model_validate(seen.rabbitmq),
            mongodb=MongoDbShown.model_validate(seen.mongodb),
            lanes=[LaneShown.model_validate(lane) for lane in seen.lanes],
            timer_job=TimerJobShown.model_validate(seen.timer_job) if seen.timer_job else None,
            dead_letters=seen.dead_letters,
        )

    return router
