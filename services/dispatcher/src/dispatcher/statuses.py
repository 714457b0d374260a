"""Tells what became of attempts: many events to a message while they come fast."""

from __future__ import annotations

from typing import TYPE_CHECKING

from common import topology
from common.batcher import Batcher
from common.contracts.delivery import STATUSES, StatusChanged
from common.contracts.message import digest

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence

    from common.broker import ConfirmedPublisher
    from common.contracts.connector import LaneChanged


class Statuses:
    """Publishes StatusChanged and LaneChanged; returns when the broker has confirmed, however
    long it is away.
    """

    def __init__(self, publisher: ConfirmedPublisher) -> None:
        self._publisher = publisher
        self._batcher: Batcher[StatusChanged, None] = Batcher(self._publish)

    def publish(self, event: StatusChanged) -> asyncio.Future[None]:
        """Return a future that is done once the broker has the event."""
        return self._batcher.submit(event)

    async def lane_changed(self, change: LaneChanged) -> None:
        """Tell that a lane is held or works again."""
        message_id = digest([change.connector_id, change.replica, change.at.isoformat()])
        await self._publisher.publish_until_confirmed(
            topology.STATUSES,
            change.model_dump_json().encode(),
            message_id=message_id,
            kind="LaneChanged",
        )

    async def _publish(self, events: Sequence[StatusChanged]) -> list[None]:
        message_id = digest(event.message_id for event in events)
        await self._publisher.publish_until_confirmed(
            topology.STATUSES,
            STATUSES.dump_json(list(events)),
            message_id=message_id,
            kind="StatusChanged",
        )
        return [None] * len(events)
