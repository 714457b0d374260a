"""All lanes of this replica: opened before they are used, changed with their connectors,
closed together.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import structlog

from common import topology
from common.broker import BrokerAwayError
from common.contracts.delivery import Status
from dispatcher.lanes.desk import Desk
from dispatcher.lanes.lane import Lane
from dispatcher.metrics import IN_HAND, LANE_DEPTH, OLDEST_AGE, attempts_of, routed_to

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from aio_pika.abc import AbstractRobustConnection

    from common.broker import Publisher
    from common.contracts.connector import Connector
    from common.contracts.delivery import DeliveryRequested
    from common.contracts.telemetry import LaneStanding
    from common.depths import Depths

log = structlog.get_logger()


class Lanes:
    """One lane per connector, enabled or not: a disabled connector's deliveries are
    recorded, never dropped.
    """

    def __init__(
        self,
        connection: AbstractRobustConnection,
        publisher: Publisher,
        seat: Callable[[Connector], Desk],
        deliver: Callable[[Desk], Callable[[DeliveryRequested], Awaitable[None]]],
    ) -> None:
        self._connection = connection
        self._publisher = publisher
        self._seat = seat
        self._deliver = deliver
        self._lanes: dict[str, tuple[Lane, Desk]] = {}

    async def open(self, connectors: Sequence[Connector]) -> None:
        """Open the lanes that are new and change those whose connector changed; prefetch is twice
        the calls in flight.
        """
        for connector in connectors:
            if connector.connector_id not in self._lanes:
                self._lanes[connector.connector_id] = self._new(connector)
            lane, desk = self._lanes[connector.connector_id]
            desk.change(connector)
            await lane.open(2 * connector.calls_in_flight)

    def check(self) -> str | None:
        """Say which lane is not consumed, if any."""
        silent = [
            connector_id
            for connector_id, (lane, _) in tuple(self._lanes.items())
            if not lane.is_consuming
        ]
        return f"these lanes are not consumed: {', '.join(silent)}" if silent else None

    async def standing(self, depths: Depths) -> dict[str, Any]:
        """Return the part of a heartbeat that tells how the lanes stand; without RabbitMQ it says
        nothing of their queues.
        """
        queues = {connector_id: topology.lane(connector_id).name for connector_id in self._lanes}
        found: dict[str, int] = {}
        with contextlib.suppress(BrokerAwayError):
            found = await depths.of(queues.values())
        return {
            "lanes": tuple(
                self._standing(connector_id, found.get(queue))
                for connector_id, queue in queues.items()
            )
        }

    async def close(self, drain_s: float) -> None:
        """Take nothing more, begin no new call, finish the calls in flight, then close."""
        for _, desk in self._lanes.values():
            desk.gate.is_closing = True
        await asyncio.gather(*(lane.stop_taking() for lane, _ in self._lanes.values()))
        unfinished = sum(
            await asyncio.gather(*(lane.close(drain_s) for lane, _ in self._lanes.values()))
        )
        if unfinished:
            log.warning(
                "some deliveries were not finished in time and go back to their lanes",
                deliveries=unfinished,
            )

    def _standing(self, connector_id: str, depth: int | None) -> LaneStanding:
        """Return how a lane stands, and note what RabbitMQ said of its queue."""
        lane, desk = self._lanes[connector_id]
        if depth is not None:
            LANE_DEPTH.labels(connector_id).set(depth)
        if depth == 0:
            lane.waiting.emptied()
        return desk.standing(lane.in_hand, depth)

    def _new(self, connector: Connector) -> tuple[Lane, Desk]:
        """Return a lane with its desk; what is counted begins at 0, and what is asked when
        Prometheus looks is asked of it.
        """
        desk, connector_id = self._seat(connector), connector.connector_id
        lane = Lane(self._connection, connector_id, self._deliver(desk), self._publisher)
        OLDEST_AGE.labels(connector_id).set_function(lane.waiting.oldest_age_s)
        IN_HAND.labels(connector_id).set_function(lambda: lane.in_hand)
        routed_to(connector_id)
        for status in (Status.SUCCESS, Status.FAILED):
            attempts_of(connector_id, status, "")
        return lane, desk
