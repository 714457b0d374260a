"""All lanes of this replica: opened before they are used, changed with their connectors, closed together."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import structlog

from common import topology
from common.broker import BrokerAwayError
from dispatcher.lanes.desk import Desk
from dispatcher.lanes.lane import Lane

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from aio_pika.abc import AbstractRobustConnection

    from common.broker import Publisher
    from common.contracts.connector import Connector
    from common.contracts.delivery import DeliveryRequested
    from common.depths import Depths

log = structlog.get_logger()


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
                desk = self._seat(connector)
                self._lanes[connector.connector_id] = Lane(self._connection, connector.connector_id, self._deliver(desk), self._publisher), desk
            lane, desk = self._lanes[connector.connector_id]
            desk.change(connector)
            await lane.open(2 * connector.calls_in_flight)

    def check(self) -> str | None:
        """Say which lane is not consumed, if any."""
        silent = [connector_id for connector_id, (lane, _) in self._lanes.items() if not lane.is_consuming]
        return f"these lanes are not consumed: {', '.join(silent)}" if silent else None

    async def standing(self, depths: Depths) -> dict[str, Any]:
        """Return the part of a heartbeat that tells how the lanes stand; without RabbitMQ it says nothing of their queues."""
        queues = {connector_id: topology.lane(connector_id).name for connector_id in self._lanes}
        found: dict[str, int] = {}
        with contextlib.suppress(BrokerAwayError):
            found = await depths.of(queues.values())
        return {"lanes": tuple(desk.standing(lane.in_hand, found.get(queues[connector_id])) for connector_id, (lane, desk) in list(self._lanes.items()))}

    async def close(self, drain_s: float) -> None:
        """Take nothing more, begin no new call, finish the calls in flight, then close."""
        for _, desk in self._lanes.values():
            desk.gate.is_closing = True
        await asyncio.gather(*(lane.stop_taking() for lane, _ in self._lanes.values()))
        unfinished = sum(await asyncio.gather(*(lane.close(drain_s) for lane, _ in self._lanes.values())))
        if unfinished:
            log.warning("some deliveries were not finished in time and go back to their lanes", deliveries=unfinished)
