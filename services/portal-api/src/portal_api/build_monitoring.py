"""Builds the monitoring: logs, status, figures and live updates."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from common.contracts.moments import whole_milliseconds
from common.process import run_background
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
from portal_api.store.answers import ANSWERS
from portal_api.store.delivery_projections import delivery_of
from portal_api.store.health import HealthQueries
from portal_api.store.heartbeats import Heartbeats
from portal_api.store.logs import Logs
from portal_api.store.retention import RetentionRule, apply_retention
from portal_api.store.statistics import Statistics

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aio_pika.abc import AbstractRobustConnection
    from fastapi import APIRouter
    from faststream.rabbit import RabbitBroker
    from motor.motor_asyncio import AsyncIOMotorDatabase

    from common.contracts.delivery import StatusChanged
    from common.contracts.operation import OperationProgressed
    from common.contracts.telemetry import TimerJob
    from portal_api.store.connectors import Connectors

HEALTH_INTERVAL_S = 3.0
SUM_RETENTION = timedelta(days=3_650)
SUMS = {"step": {"$in": ["hour", "day"]}}
MINUTES = {"step": "minute"}


class MonitoringOptions(NamedTuple):
    """Retention, intervals and limits of monitoring."""

    log_retention: timedelta = timedelta(days=14)
    answer_retention: timedelta = timedelta(days=30)
    minute_retention: timedelta = timedelta(days=14)
    heartbeat_retention: timedelta = timedelta(minutes=15)
    silent_after: timedelta = timedelta(seconds=15)
    oldest_allowed: timedelta = timedelta(minutes=5)
    aggregation_interval_s: float = 5.0
    stream_limit: int = 1_000


class Monitoring:
    """The monitoring of one process."""

    def __init__(
        self,
        database: AsyncIOMotorDatabase[dict[str, Any]],
        options: MonitoringOptions,
        replica: str,
    ) -> None:
        self._database = database
        self._options = options
        self._replica = replica
        self._logs = Logs(database)
        self._broadcaster = Broadcaster()
        self._depths = QueueDepths()
        self._replicas = ReplicaRegistry(options.silent_after, options.heartbeat_retention)
        self._monitor = HealthMonitor(
            self._replicas, self._depths, HealthQueries(database), options.oldest_allowed
        )
        self.figures = Statistics(database)

    def routers(self, connectors: Connectors) -> list[APIRouter]:
        """Return the routers of logs, status, figures and live updates."""
        subscribers = SubscriberPool(self._broadcaster, self._options.stream_limit)
        return [
            logs(self._logs),
            status(self._monitor),
            statistics(self.figures, connectors),
            events(subscribers, self._monitor),
        ]

    def timer_job(self) -> TimerJob | None:
        """Return the timer job as retry last reported it."""
        return self._replicas.timer_job()

    @asynccontextmanager
    async def running(
        self, connection: AbstractRobustConnection, broker: RabbitBroker
    ) -> AsyncIterator[None]:
        """Monitor inside this block, over a broker that the block starts.

        Queue depths are read over ``connection``.
        """
        self._depths.use(connection)
        await self._apply_retention()
        self._subscribe(broker)
        # Live events of the time without a connection are lost, so the website must read again.
        consuming = await broker.connect()
        consuming.reconnect_callbacks.add(lambda *_: self._broadcaster.add_gap())
        async with run_background(
            self._broadcaster.run(), self._publish_verdict(), self._aggregator().run()
        ):
            yield

    def close_streams(self) -> None:
        """End every stream of live updates, because the HTTP server waits for open streams."""
        self._broadcaster.close()

    def _subscribe(self, broker: RabbitBroker) -> None:
        subscribe_telemetry(broker, TelemetryRecorder(self._logs, Heartbeats(self._database)))
        subscribe_live(
            broker,
            self._broadcaster,
            self._replicas,
            ResponseBuilders(_row, _operation),
            self._replica,
        )

    async def _apply_retention(self) -> None:
        options = self._options
        await apply_retention(
            self._database,
            (
                RetentionRule("logs", "kept", options.log_retention),
                RetentionRule(ANSWERS, "kept", options.answer_retention),
                RetentionRule("heartbeats", "kept", options.heartbeat_retention),
                RetentionRule("figures", "minutes_kept", options.minute_retention, MINUTES),
                RetentionRule("figures", "sums_kept", SUM_RETENTION, SUMS),
            ),
        )

    def _aggregator(self) -> Aggregator:
        options = self._options
        return Aggregator(
            self.figures, self._replica, options.aggregation_interval_s, options.minute_retention
        )

    async def _publish_verdict(self) -> None:
        """Publish the health verdict to the streams every three seconds, while there are any."""
        while True:
            if self._broadcaster.subscribers:
                self._broadcaster.publish_verdict((await self._monitor.read())[1])
            await asyncio.sleep(HEALTH_INTERVAL_S)


def _row(event: StatusChanged) -> dict[str, Any]:
    """Return the delivery of an event as the list of deliveries shows it."""
    applied = event.applied.model_dump() if event.applied else None
    stored = _as_stored(delivery_of(event) | {"applied": applied}) | {"_id": event.delivery_id}
    return as_delivery(stored).model_dump(mode="json")


def _operation(progress: OperationProgressed) -> dict[str, Any]:
    """Return the operation of an event as the list of operations shows it."""
    return Operation.model_validate(_as_stored(progress.model_dump())).model_dump(mode="json")


def _as_stored(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document as MongoDB returns it. MongoDB stores whole milliseconds."""
    return {
        name: whole_milliseconds(value)
        if isinstance(value, datetime)
        else _as_stored(value)
        if isinstance(value, dict)
        else value
        for name, value in document.items()
    }
