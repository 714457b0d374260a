"""Publishes ConnectorChanged, so that the dispatchers use a change within seconds."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from common import topology
from common.contracts.connector import ConnectorChanged

if TYPE_CHECKING:
    from common.broker import Publisher

PUBLISH_TIMEOUT_S = 2.0


class ConnectorChangePublisher:
    """Publishes that connectors changed."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    async def publish(self, connector_id: str) -> None:
        """Publish that the connector changed, and give up after two seconds.

        An unavailable RabbitMQ does not fail the request, because the dispatchers also read all
        connectors every few seconds.
        """
        body = ConnectorChanged(connector_id=connector_id).model_dump_json().encode()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PUBLISH_TIMEOUT_S):
                await self._publisher.publish_until_confirmed(
                    topology.CONNECTORS, body, message_id=connector_id, kind="ConnectorChanged"
                )
