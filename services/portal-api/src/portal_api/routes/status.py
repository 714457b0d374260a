"""``/api/status``: the health of services, servers and lanes."""

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
    """Return the router of the status."""
    router = APIRouter(tags=["Status"])

    @router.get("/status")
    async def read_status() -> SystemHealth:
        """Read the status of the system. It also answers while RabbitMQ or MongoDB is unavailable,
        and names it.
        """
        snapshot, verdict = await monitor.read()
        return SystemHealth(
            state=HealthState(verdict.state),
            sentence=verdict.sentence,
            reasons=list(verdict.reasons),
            at=snapshot.at,
            services=[ServiceHealth.model_validate(replica) for replica in snapshot.services],
            rabbitmq=RabbitMqHealth.model_validate(snapshot.rabbitmq),
            mongodb=MongoDbHealth.model_validate(snapshot.mongodb),
            lanes=[LaneHealth.model_validate(lane) for lane in snapshot.lanes],
            timer_job=TimerJobHealth.model_validate(snapshot.timer_job)
            if snapshot.timer_job
            else None,
            dead_letters=snapshot.dead_letters,
        )

    return router
