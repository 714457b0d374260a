"""The registry of lanes. It declares their queues before they are used."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from common import topology
from common.broker import translate_broker_errors
from common.declare import declare
from common.errors import QueueMismatchError
from dispatcher.lanes.groups import lane_keys_of
from dispatcher.lanes.telemetry import lane_standings_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from common.contracts.connector import Connector
    from common.queue_depths import QueueDepths
    from dispatcher.broker_connection import BrokerConnection
    from dispatcher.lanes.groups import LaneKey
    from dispatcher.lanes.lane import Lane
    from dispatcher.lanes.lane_factory import LaneFactory

BROKER_TIMEOUT_S = 5.0


class LaneRegistry:
    """The lanes of all connectors.

    Disabled connectors have lanes as well, because their deliveries are recorded. ``changed`` is
    called when lanes were added or changed, and when a subscription was lost or has ended.
    """

    def __init__(
        self, connection: BrokerConnection, factory: LaneFactory, changed: Callable[[], None]
    ) -> None:
        self._connection = connection
        self._factory = factory
        self._changed = changed
        self._lanes: dict[LaneKey, Lane] = {}
        self._declared: set[str] = set()
        self._declaring = asyncio.Lock()

    def __iter__(self) -> Iterator[Lane]:
        """Return every lane."""
        return iter(tuple(self._lanes.values()))

    async def update(self, connectors: Sequence[Connector]) -> None:
        """Add and change lanes for the connectors. Raises BrokerUnavailableError.

        Each queue exists when this returns, so that every delivery finds its lane.
        """
        for connector in connectors:
            for key in lane_keys_of(connector):
                lane = self._lanes.get(key)
                if lane is None:
                    lane = self._factory.create(connector, key, self._changed)
                    self._lanes[key] = lane
                lane.state.change(connector)
        self._factory.update_limits(self._lanes.values())
        await self.declare()
        self._changed()

    async def declare(self) -> None:
        """Declare the missing queues. Raises BrokerUnavailableError.

        A queue that RabbitMQ refuses blocks its own lane alone.
        """
        async with self._declaring:
            lanes = [one for one in self if one.queue.name not in self._declared]
            if not lanes:
                return
            connection = await self._connection.get()
            with translate_broker_errors():
                async with asyncio.timeout(BROKER_TIMEOUT_S + len(lanes)):
                    for lane in lanes:
                        try:
                            await declare(connection, topology.DISPATCHER, [lane.queue])
                        except QueueMismatchError as error:
                            lane.state.queue_mismatch = str(error)
                        else:
                            lane.state.queue_mismatch = None
                            self._declared.add(lane.queue.name)

    async def open(self, lane: Lane) -> None:
        """Consume the lane, unless RabbitMQ refuses its queue. Raises BrokerUnavailableError."""
        if lane.queue.name not in self._declared:
            return
        try:
            await lane.open(await self._connection.get())
        except QueueMismatchError as error:
            lane.state.queue_mismatch = str(error)
            self._declared.discard(lane.queue.name)

    async def heartbeat_fields(self, depths: QueueDepths) -> dict[str, Any]:
        """Return the part of a heartbeat that describes the lanes of this replica."""
        return {"lanes": await lane_standings_of([one for one in self if one.is_owned], depths)}
