"""Reads how everything stands, and says the word for it; asked by many at once it reads once."""

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
        """MongoDB."""

        async def read(self) -> StoredObservations:
            """Return what it knows; never raises because it is away."""
            ...


MAX_AGE_S = 1.0
LANES_ASKED = 100
"""Connectors that no living dispatcher reports: as many as are asked for in a moment."""


class HealthMonitor:
    """How everything stands, never older than a second."""

    def __init__(
        self,
        replicas: ReplicaRegistry,
        depths: QueueDepths,
        observed: ObservationSource,
        oldest_allowed: timedelta,
    ) -> None:
        self._replicas = replicas
        self._depths = depths
        self._observed = observed
        self._oldest_allowed = oldest_allowed
        self._reading = asyncio.Lock()
        self._last: tuple[float, SystemObservation, Verdict] | None = None

    async def read(self) -> tuple[SystemObservation, Verdict]:
        """Return what is seen and the word for it; answers whatever is away."""
        async with self._reading:
            if self._last is None or time.monotonic() - self._last[0] > MAX_AGE_S:
                seen = await self._see()
                self._last = time.monotonic(), seen, judge(seen, self._oldest_allowed)
            return self._last[1:]

    async def _see(self) -> SystemObservation:
        stored = await self._observed.read()
        for beat, heard_at in stored.heartbeats:
            self._replicas.hear(beat, heard_at)
        now = datetime.now(UTC)
        live, silent = self._replicas.dispatchers(now)
        asked = unreported(live, stored.names, stored.oldest)[:LANES_ASKED]
        rabbitmq, depths = await self._ask_broker(asked, stored.partitions)
        known = LaneInputs(stored.names, depths, stored.held, stored.oldest, stored.partitions)
        return SystemObservation(
            at=now,
            services=self._replicas.replicas(now),
            rabbitmq=rabbitmq,
            mongodb=stored.mongodb,
            lanes=lanes_of(live, silent, known, now),
            timer_job=self._replicas.timer_job(),
            dead_letters=stored.dead_letters,
        )

    async def _ask_broker(
        self, connector_ids: list[str], partitions: Mapping[str, int]
    ) -> tuple[RabbitMqObservation, dict[str, int]]:
        """Return RabbitMQ with its well-known queues, and how many deliveries wait per lane."""
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
