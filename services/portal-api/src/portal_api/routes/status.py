"""``/api/status``: is the connection between the two sides well, and what is seen of services,
servers and lanes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter

from portal_api.health.schemas import (
    LaneHealth,
    MongoDbHealth,
    RabbitMqHealth,
    ServiceHealth,
    SystemHealth,
    TimerJobHealth,
)
from portal_api.health.verdict import HealthState

if TYPE_CHECKING:
    from portal_api.health.monitor import HealthMonitor


def status(monitor: HealthMonitor) -> APIRouter:
    """Return the route."""
    router = APIRouter(tags=["Status"])

    @router.get("/status")
    async def read_status() -> SystemHealth:
        """Say how everything stands; it answers when RabbitMQ or MongoDB is away,
        too, and says which.
        """
        seen, verdict = await monitor.read()
        return SystemHealth(
            state=HealthState(verdict.state),
            sentence=verdict.sentence,
            reasons=list(verdict.reasons),
            at=seen.at,
            services=[ServiceHealth.model_validate(replica) for replica in seen.services],
            rabbitmq=RabbitMqHealth.model_validate(seen.rabbitmq),
            mongodb=MongoDbHealth.model_validate(seen.mongodb),
            lanes=[LaneHealth.model_validate(lane) for lane in seen.lanes],
            timer_job=TimerJobHealth.model_validate(seen.timer_job) if seen.timer_job else None,
            dead_letters=seen.dead_letters,
        )

    return router
