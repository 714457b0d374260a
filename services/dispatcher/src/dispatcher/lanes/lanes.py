"""All lanes of this replica: opened before they are used, changed with their connectors, closed together."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import structlog

from common import topology
from common.broker import BrokerAwayError
from common.contracts.delivery import Status
from common.depths import Depths
from dispatcher.lanes.desk import Desk
from dispatcher.lanes.lane import Lane
from dispatcher.metrics import IN_HAND, LANE_DEPTH, OLDEST_AGE, attempts_of, routed_to

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from aio_pika.abc import AbstractRobustConnection

    from common.broker import Publisher
    from common.contracts.connector import Connector
    from common.contracts.delivery import DeliveryRequested

log = structlog.get_logger()
MEASURE_S = 5.0


class Lanes:
    """One lane per connector, enabled or not: a disabled connector's deliveries are recorded, never dropped."""

    def __init__(
        self,
        connection: AbstractRobustConnection,
        publisher: Publisher,
        seat: Callable[[Connector], Desk],
        deliver: Callable[[Desk], Callable[[DeliveryRequested], Awaitable[None]]],
    ) -> None:
        self._connection, self._publisher = connection, publisher
        self._seat, self._deliver = seat, deliver
        self._lanes: dict[str, tuple[Lane, Desk]] = {}

    async def open(self, connectors: Sequence[Connector]) -> None:
        """Open the lanes that are new and change those whose connector changed; prefetch is twice the calls in flight."""
        for connector in connectors:
            if connector.connector_id not in self._lanes:
                self._lanes[connector.connector_id] = self._new(connector)
            lane, desk = self._lanes[connector.connector_id]
            desk.change(connector)
            await lane.open(2 * connector.calls_in_flight)

    def check(self) -> str | None:
        """Say which lane is not consumed, if any."""
        silent = [connector_id for connector_id, (lane, _) in tuple(self._lanes.items()) if not lane.is_consuming]
        return f"these lanes are not consumed: {', '.join(silent)}" if silent else None

    async def measure(self) -> None:
        """Ask every few seconds how much waits in each lane's queue, until cancelled."""
        depths = Depths()
        depths.use(self._connection)
        while True:
            lanes = {topology.lane(connector_id).name: (connector_id, lane) for connector_id, (lane, _) in self._lanes.items()}
            with contextlib.suppress(BrokerAwayError):
                for queue, depth in (await depths.of(lanes)).items():
                    connector_id, lane = lanes[queue]
                    LANE_DEPTH.labels(connector_id).set(depth)
                    if not depth:
                        lane.waiting.emptied()
            await asyncio.sleep(MEASURE_S)

    async def close(self, drain_s: float) -> None:
        """Take nothing more, begin no new call, finish the calls in flight, then close."""
        for _, desk in self._lanes.values():
            desk.gate.is_closing = True
        await asyncio.gather(*(lane.stop_taking() for lane, _ in self._lanes.values()))
        unfinished = sum(await asyncio.gather(*(lane.close(drain_s) for lane, _ in self._lanes.values())))
        if unfinished:
            log.warning("some deliveries were not finished in time and go back to their lanes", deliveries=unfinished)

    def _new(self, connector: Connector) -> tuple[Lane, Desk]:
        """Return a lane with its desk; what is counted begins at 0, and what is asked when Prometheus looks is asked of it."""
        desk, connector_id = self._seat(connector), connector.connector_id
        lane = Lane(self._connection, connector_id, self._deliver(desk), self._publisher)
        OLDEST_AGE.labels(connector_id).set_function(lane.waiting.oldest_age_s)
        IN_HAND.labels(connector_id).set_function(lambda: lane.in_hand)
        routed_to(connector_id)
        for status in (Status.SUCCESS, Status.FAILED):
            attempts_of(connector_id, status, "")
        return lane, desk
