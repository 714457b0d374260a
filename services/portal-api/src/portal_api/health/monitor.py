"""Reads the health of the system. Simultaneous requests share one reading."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from common import topology
from common.errors import BrokerUnavailableError
from portal_api.health.lanes import LaneInputs, lanes_of, unreported
from portal_api.health.observations import QueueObservation, RabbitMqObservation, SystemObservation
from portal_api.health.verdict import judge

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from common.queue_depths import QueueDepths
    from portal_api.health.observations import StoredObservations, Verdict
    from portal_api.health.replicas import ReplicaRegistry

    class ObservationSource(Protocol):
        """The observations that MongoDB stores."""

        async def read(self) -> StoredObservations:
            """Return the observations. Never raises an error because MongoDB is unavailable."""
            ...


MAX_AGE_S = 1.0
QUEUE_DEPTH_BATCH = 100
"""Maximum number of lanes without a report whose queue depths RabbitMQ is asked for."""


class HealthMonitor:
    """The health of the system, at most one second old."""

    def __init__(
        self,
        replicas: ReplicaRegistry,
        depths: QueueDepths,
        source: ObservationSource,
        oldest_allowed: timedelta,
    ) -> None:
        self._replicas = replicas
        self._depths = depths
        self._source = source
        self._oldest_allowed = oldest_allowed
        self._reading = asyncio.Lock()
        self._last: tuple[float, SystemObservation, Verdict] | None = None

    async def read(self) -> tuple[SystemObservation, Verdict]:
        """Return the observation and the verdict, also while MongoDB or RabbitMQ is unavailable."""
        async with self._reading:
            if self._last is None or time.monotonic() - self._last[0] > MAX_AGE_S:
                observation = await self._observe()
                verdict = judge(observation, self._oldest_allowed)
                self._last = time.monotonic(), observation, verdict
            return self._last[1:]

    async def _observe(self) -> SystemObservation:
        stored = await self._source.read()
        for heartbeat, heard_at in stored.heartbeats:
            self._replicas.update(heartbeat, heard_at)
        now = datetime.now(UTC)
        live, silent = self._replicas.dispatchers(now)
        connector_ids = unreported(live, stored.names, stored.oldest)[:QUEUE_DEPTH_BATCH]
        rabbitmq, depths = await self._read_broker(connector_ids, stored.partitions)
        inputs = LaneInputs(
            stored.names,
            depths,
            stored.held,
            stored.oldest,
            stored.partitions,
            stored.not_applied,
        )
        return SystemObservation(
            at=now,
            services=self._replicas.replicas(now),
            rabbitmq=rabbitmq,
            mongodb=stored.mongodb,
            lanes=lanes_of(live, silent, inputs, now),
            timer_job=self._replicas.timer_job(),
            dead_letters=stored.dead_letters,
        )

    async def _read_broker(
        self, connector_ids: list[str], partitions: Mapping[str, int]
    ) -> tuple[RabbitMqObservation, dict[str, int]]:
        """Return RabbitMQ with its fixed queues, and the waiting deliveries by connector."""
        lanes = {
            topology.lane(connector_id, number).name: connector_id
            for connector_id in connector_ids
            for number in range(partitions.get(connector_id, 1))
        }
        try:
            found = await self._depths.of([*(queue.name for queue in topology.QUEUES), *lanes])
        except BrokerUnavailableError:
            return RabbitMqObservation(reachable=False), {}
        queues = tuple(
            QueueObservation(queue.name, found[queue.name])
            for queue in topology.QUEUES
            if queue.name in found
        )
        depths: Counter[str] = Counter()
        for name in lanes.keys() & found.keys():
            depths[lanes[name]] += found[name]
        rabbitmq = RabbitMqObservation(
            reachable=True, version=self._depths.server_version, queues=queues
        )
        return rabbitmq, dict(depths)
