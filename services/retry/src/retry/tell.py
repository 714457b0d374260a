"""Tells portal-api how operations go, and which deliveries are archived."""

from __future__ import annotations

from typing import TYPE_CHECKING

from common import topology
from common.contracts.message import digest

if TYPE_CHECKING:
    from common.broker import Publisher
    from common.contracts.operation import DeliveriesArchived, OperationProgressed


class Tell:
    """Returns when the broker has confirmed, however long it is away."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    async def progressed(self, progress: OperationProgressed) -> None:
        """Tell where an operation stands."""
        message_id = f"{progress.operation_id}.{progress.revision}"
        await self._tell(
            progress.model_dump_json(),
            message_id,
            "OperationProgressed",
            topology.OPERATION_PROGRESSED,
        )

    async def archived(self, message: DeliveriesArchived) -> None:
        """Tell which deliveries are archived, or no longer."""
        await self._tell(
            message.model_dump_json(),
            digest([message.operation_id, *message.delivery_ids]),
            "DeliveriesArchived",
            topology.DELIVERIES_ARCHIVED,
        )

    async def _tell(self, body: str, message_id: str, kind: str, routing_key: str) -> None:
        await self._publisher.publish_until_confirmed(
            topology.OPERATIONS,
            body.encode(),
            message_id=message_id,
            kind=kind,
            routing_key=routing_key,
        )
