"""Consumers of the events that this replica streams live."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import ValidationError

from common import topology
from common.consuming import own_queue, own_subscriber, typed_body
from common.contracts.applied import AppliedChanged
from common.contracts.delivery import STATUSES, StatusChanged
from common.contracts.operation import DeliveriesArchived, OperationProgressed
from common.read_list import read_list
from portal_api.recording.consumers import read_heartbeat
from portal_api.store.delivery_projections import rank_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from faststream.rabbit import RabbitBroker

    from common.consuming import TypedBody
    from portal_api.health.replicas import ReplicaRegistry
    from portal_api.live.broadcaster import Broadcaster

LIVE_PREFETCH = 200
MAX_QUEUED_MESSAGES = 2_000
"""Bound of each queue, because an old live event has no value."""


class ResponseBuilders(NamedTuple):
    """Builders of the rows of live events, equal to the rows of the lists."""

    delivery: Callable[[StatusChanged], dict[str, Any]]
    operation: Callable[[OperationProgressed], dict[str, Any]]


def subscribe_live(
    broker: RabbitBroker,
    broadcaster: Broadcaster,
    replicas: ReplicaRegistry,
    builders: ResponseBuilders,
    replica: str,
) -> None:
    """Add the subscribers of this replica's own queues."""
    handler = LiveMessageHandler(broadcaster, replicas, builders)
    for exchange, name, routing_key, handle in (
        (topology.STATUSES, "statuses", "", handler.handle_statuses),
        (topology.OPERATIONS, "operations", topology.EVERYTHING, handler.handle_operation),
        (topology.TELEMETRY, "heartbeats", "heartbeat.#", handler.handle_heartbeat),
    ):
        queue = own_queue(f"portal-api.live.{name}.{replica}", routing_key, MAX_QUEUED_MESSAGES)
        own_subscriber(broker, exchange, queue, typed_body, LIVE_PREFETCH)(handle)


class LiveMessageHandler:
    """Publishes messages to the live streams.

    Messages are not parsed while there are no subscribers. Unreadable messages are ignored, because
    the recording of the same message dead-letters them.
    """

    def __init__(
        self, broadcaster: Broadcaster, replicas: ReplicaRegistry, builders: ResponseBuilders
    ) -> None:
        self._broadcaster = broadcaster
        self._replicas = replicas
        self._builders = builders

    async def handle_statuses(self, message: TypedBody) -> None:
        """Publish the deliveries of a list of statuses. Changed states of records need a resync."""
        if self._broadcaster.is_wanted and message.type == AppliedChanged.__name__:
            self._broadcaster.request_resync()
        if not self._broadcaster.is_wanted or message.type != StatusChanged.__name__:
            return
        for event in _read_statuses(message.body):
            self._broadcaster.publish_delivery(
                event.delivery_id, rank_of(event), self._builders.delivery(event)
            )

    async def handle_operation(self, message: TypedBody) -> None:
        """Publish the progress of an operation. Archived deliveries need a resync of the lists."""
        if not self._broadcaster.is_wanted:
            return
        if message.type == DeliveriesArchived.__name__:
            self._broadcaster.request_resync()
        elif message.type == OperationProgressed.__name__:
            with contextlib.suppress(ValidationError):
                progress = OperationProgressed.model_validate_json(message.body)
                self._broadcaster.publish_operation(
                    progress.operation_id, progress.revision, self._builders.operation(progress)
                )

    async def handle_heartbeat(self, message: TypedBody) -> None:
        """Update the health of the replica that sent the heartbeat."""
        if heartbeat := read_heartbeat(message):
            self._replicas.update(heartbeat)


def _read_statuses(body: bytes) -> list[StatusChanged]:
    try:
        return read_list(StatusChanged, STATUSES, body).items
    except ValidationError:
        return []
