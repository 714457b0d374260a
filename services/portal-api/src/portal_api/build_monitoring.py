"""Puts together everything by which administrators watch the system: logs, status, figures
and live updates.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from common.contracts.moments import whole_milliseconds
from common.queue_depths import QueueDepths
from portal_api.deliveries.schemas import as_delivery
from portal_api.health.monitor import HealthMonitor
from portal_api.health.replicas import ReplicaRegistry
from portal_api.live.broadcaster import Broadcaster
from portal_api.live.consumers import ResponseBuilders, subscribe_live
from portal_api.live.stream import SubscriberPool
from portal_api.operations.schemas import Operation
from portal_api.recording.consumers import subscribe_telemetry
from portal_api.recording.record_telemetry import TelemetryRecorder
from portal_api.routes.events import events
from portal_api.routes.logs import logs
from portal_api.routes.statistics import statistics
from portal_api.routes.status import status
from portal_api.statistics.aggregate import Aggregator
from portal_api.store.delivery_projections import delivery_of
from portal_api.store.health import HealthQueries
from portal_api.store.heartbeats import Heartbeats
from portal_api.store.logs import Logs
from portal_api.store.retention import RetentionRule, apply_retention
from portal_api.store.statistics import Statistics

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from aio_pika.abc import AbstractRobustConnection
    from fastapi import APIRouter
    from faststream.rabbit import RabbitBroker
    from motor.motor_asyncio import AsyncIOMotorDatabase

    from common.contracts.delivery import StatusChanged
    from common.contracts.operation import OperationProgressed
    from common.contracts.telemetry import TimerJob
    from portal_api.store.connectors import Connectors

HEALTH_INTERVAL_S = 3.0
SUMMED_KEPT = timedelta(days=3_650)


class MonitoringOptions(NamedTuple):
    """How long things are kept, and what is too long or too many."""

    logs_kept: timedelta = timedelta(days=14)
    minutes_kept: timedelta = timedelta(days=14)
    heartbeats_kept: timedelta = timedelta(minutes=15)
    silent_after: timedelta = timedelta(seconds=15)
    oldest_allowed: timedelta = timedelta(minutes=5)
    figures_every_s: float = 5.0
    readers: int = 1_000


class Monitoring:
    """One per process."""

    def __init__(
        self,
        database: AsyncIOMotorDatabase[dict[str, Any]],
        bounds: MonitoringOptions,
        replica: str,
    ) -> None:
        self._database = database
        self._bounds = bounds
        self._replica = replica
        self._broadcaster = Broadcaster()
        self._depths = QueueDepths()
        self._replicas = ReplicaRegistry(bounds.silent_after, bounds.heartbeats_kept)
        self._monitor = HealthMonitor(
            self._replicas, self._depths, HealthQueries(database), bounds.oldest_allowed
        )
        self.figures = Statistics(database)

    def routers(self, connectors: Connectors) -> list[APIRouter]:
        """Return the routes."""
        subscribers = SubscriberPool(self._broadcaster, self._bounds.readers)
        return [
            logs(Logs(self._database)),
            status(self._monitor),
            statistics(self.figures, connectors),
            events(subscribers, self._monitor),
        ]

    def timer_job(self) -> TimerJob | None:
        """Return the timer job as retry last reported it."""
        return self._replicas.timer_job()

    def subscribe(self, broker: RabbitBroker) -> None:
        """Add the subscribers."""
        subscribe_telemetry(
            broker, TelemetryRecorder(Logs(self._database), Heartbeats(self._database))
        )
        subscribe_live(
            broker,
            self._broadcaster,
            self._replicas,
            ResponseBuilders(_row, _operation),
            self._replica,
        )

    async def prepare(self) -> None:
        """Have MongoDB forget what is older than the settings say."""
        kept, coarse = self._bounds, {"step": {"$in": ["hour", "day"]}}
        minutes = RetentionRule("figures", "minutes_kept", kept.minutes_kept, {"step": "minute"})
        heartbeats, lines = (
            RetentionRule("heartbeats", "kept", kept.heartbeats_kept),
            RetentionRule("logs", "kept", kept.logs_kept),
        )
        await apply_retention(
            self._database,
            (
                lines,
                heartbeats,
                minutes,
                RetentionRule("figures", "sums_kept", SUMMED_KEPT, coarse),
            ),
        )

    def use(self, connection: AbstractRobustConnection) -> None:
        """Ask RabbitMQ on this connection."""
        self._depths.use(connection)

    def listen(self, connection: AbstractRobustConnection) -> None:
        """Know which connection the subscribers are on: whenever it had been lost, readers have
        missed something.
        """
        connection.reconnect_callbacks.add(lambda *_: self._broadcaster.add_gap())

    def works(self) -> list[Coroutine[None, None, None]]:
        """Return what runs beside the requests."""
        aggregator = Aggregator(
            self.figures, self._replica, self._bounds.figures_every_s, self._bounds.minutes_kept
        )
        return [self._broadcaster.run(), self._publish_verdict(), aggregator.run()]

    def close(self) -> None:
        """End every stream now, so that stopping waits for none."""
        self._broadcaster.close()

    async def _publish_verdict(self) -> None:
        """Tell readers how everything stands, when that changes."""
        while True:
            if self._broadcaster.subscribers:
                self._broadcaster.publish_verdict((await self._monitor.read())[1])
            await asyncio.sleep(HEALTH_INTERVAL_S)


def _row(event: StatusChanged) -> dict[str, Any]:
    """Return a delivery as its list shows it, from what is told of it."""
    stored = _as_stored(delivery_of(event)) | {"_id": event.delivery_id}
    return as_delivery(stored).model_dump(mode="json")


def _operation(progress: OperationProgressed) -> dict[str, Any]:
    """Return an operation as its list shows it."""
    return Operation.model_validate(_as_stored(progress.model_dump())).model_dump(mode="json")


def _as_stored(facts: dict[str, Any]) -> dict[str, Any]:
    """Return the facts as MongoDB gives them back: it keeps whole milliseconds."""
    return {
        name: whole_milliseconds(value)
        if isinstance(value, datetime)
        else _as_stored(value)
        if isinstance(value, dict)
        else value
        for name, value in facts.items()
    }
