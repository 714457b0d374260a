"""Publishes requests to their lanes, and tells that the deliveries are pending again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from common import topology
from common.broker import translate_broker_errors
from common.contracts.delivery import STATUSES, DeliveryRequested, Phase, StatusChanged
from common.contracts.message import digest
from common.declare import declare
from common.errors import BrokerUnavailableError, QueueMismatchError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aio_pika.abc import AbstractRobustConnection

    from common.broker import Publisher

log = structlog.get_logger()
DECLARE_TIMEOUT_S = 10.0


class Ask:
    """Returns when the broker has confirmed everything."""

    def __init__(self, publisher: Publisher, connection: AbstractRobustConnection) -> None:
        self._publisher = publisher
        self._connection = connection
        self._known: set[str] = set()

    async def __call__(self, requests: Sequence[DeliveryRequested]) -> None:
        """Publish the requests side by side, after one message that tells of all of them."""
        if not requests:
            return
        await self._declare({request.connector_id for request in requests} - self._known)
        told = STATUSES.dump_json([_pending(request) for request in requests])
        await self._publisher.publish_until_confirmed(
            topology.STATUSES,
            told,
            message_id=digest(r.message_id for r in requests),
            kind="StatusChanged",
        )
        await asyncio.gather(*map(self._publish, requests))

    async def _publish(self, request: DeliveryRequested) -> None:
        body = request.model_dump_json().encode()
        await self._publisher.publish_until_confirmed(
            topology.DELIVERIES,
            body,
            message_id=request.message_id,
            kind="DeliveryRequested",
            routing_key=request.connector_id,
        )

    async def _declare(self, connector_ids: set[str]) -> None:
        """Declare the lanes that this process has not published to before."""
        for connector_id in sorted(connector_ids):
            await self._declare_lane(topology.lane(connector_id))
            self._known.add(connector_id)

    async def _declare_lane(self, lane: topology.Queue) -> None:
        """Declare a lane's queue; one with other arguments exists, so it can be published to."""
        while True:
            try:
                with translate_broker_errors():
                    async with (
                        asyncio.timeout(DECLARE_TIMEOUT_S),
                        await self._connection.channel() as channel,
                    ):
                        await declare(channel, lane)
            except QueueMismatchError as error:
                log.warning("a lane was not declared", reason=str(error))
            except BrokerUnavailableError:
                await asyncio.sleep(1)
                continue
            return


def _pending(request: DeliveryRequested) -> StatusChanged:
    return StatusChanged.about(request, phase=Phase.PENDING, status=None, at=request.requested_at)
