"""Publishes the statuses of attempts. Many statuses share one message under load."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from common import topology
from common.batcher import Batcher
from common.contracts.message import digest

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence

    from common.broker import ConfirmedPublisher
    from common.contracts.applied import AppliedChanged
    from common.contracts.connector import LaneChanged
    from common.contracts.delivery import StatusChanged


class _SerializedStatus(NamedTuple):
    message_id: str
    body: bytes


class StatusPublisher:
    """Publishes StatusChanged, AppliedChanged and LaneChanged.

    Waits while RabbitMQ is unavailable.
    """

    def __init__(self, publisher: ConfirmedPublisher) -> None:
        self._publisher = publisher
        self._batcher: Batcher[_SerializedStatus, None] = Batcher(
            self._publish, size_of=lambda written: len(written.body)
        )

    def publish(self, event: StatusChanged) -> asyncio.Future[None]:
        """Return a future that is done once the broker has the event."""
        return self._batcher.submit(
            _SerializedStatus(event.message_id, event.model_dump_json().encode())
        )

    async def publish_applied(self, changes: Sequence[AppliedChanged]) -> None:
        """Publish the states of records. Returns when the broker has them."""
        await self._publisher.publish_until_confirmed(
            topology.STATUSES,
            b"[%b]" % b",".join(change.model_dump_json().encode() for change in changes),
            message_id=digest(change.message_id for change in changes),
            kind="AppliedChanged",
        )

    async def publish_lane_changed(self, change: LaneChanged) -> None:
        """Publish that a lane is held or works again."""
        message_id = digest([change.connector_id, change.replica, change.at.isoformat()])
        await self._publisher.publish_until_confirmed(
            topology.STATUSES,
            change.model_dump_json().encode(),
            message_id=message_id,
            kind="LaneChanged",
        )

    async def _publish(self, events: Sequence[_SerializedStatus]) -> list[None]:
        await self._publisher.publish_until_confirmed(
            topology.STATUSES,
            b"[%b]" % b",".join(event.body for event in events),
            message_id=digest(event.message_id for event in events),
            kind="StatusChanged",
        )
        return [None] * len(events)
