"""What arrives from the broker for the live updates of this replica."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, NamedTuple

from faststream.rabbit import RabbitQueue
from pydantic import ValidationError

from common import topology
from common.consuming import own_queue, own_subscriber
from common.contracts.delivery import STATUSES, StatusChanged
from common.contracts.operation import DeliveriesArchived, OperationProgressed
from common.contracts.telemetry import Heartbeat
from common.read_list import read_list
from portal_api.recording.consumers import read_telemetry
from portal_api.store.delivery_projections import rank_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from faststream.message import StreamMessage
    from faststream.rabbit import RabbitBroker

    from portal_api.health.replicas import ReplicaRegistry
    from portal_api.live.broadcaster import Broadcaster
    from portal_api.recording.consumers import Lines

LIVE_AT_ONCE = 200
MOST_MESSAGES = 2_000


class ResponseBuilders(NamedTuple):
    """How the API shows what is told live: the same as in its lists."""

    delivery: Callable[[StatusChanged], dict[str, Any]]
    operation: Callable[[OperationProgressed], dict[str, Any]]


def subscribe_live(
    broker: RabbitBroker,
    broadcaster: Broadcaster,
    replicas: ReplicaRegistry,
    builders: ResponseBuilders,
    replica: str,
) -> None:
    """Add the subscribers of this replica alone; what comes while nobody looks is
    not even parsed.
    """

    @own_subscriber(broker, topology.STATUSES, _own("statuses", replica), _raw, LIVE_AT_ONCE)
    async def statuses(told: tuple[str, bytes]) -> None:
        kind, body = told
        if broadcaster.is_wanted and kind == StatusChanged.__name__:
            for event in _understood(body):
                broadcaster.delivery(event.delivery_id, rank_of(event), builders.delivery(event))

    @own_subscriber(
        broker,
        topology.OPERATIONS,
        _own("operations", replica, topology.EVERYTHING),
        _raw,
        LIVE_AT_ONCE,
    )
    async def operations(told: tuple[str, bytes]) -> None:
        kind, body = told
        if broadcaster.is_wanted and kind == OperationProgressed.__name__:
            with contextlib.suppress(
                ValidationError
            ):  # one that cannot be read is parked where it is recorded
                progress = OperationProgressed.model_validate_json(body)
                broadcaster.operation(
                    progress.operation_id, progress.revision, builders.operation(progress)
                )
        elif broadcaster.is_wanted and kind == DeliveriesArchived.__name__:
            broadcaster.moved()

    @own_subscriber(
        broker,
        topology.TELEMETRY,
        _own("heartbeats", replica, "heartbeat.#"),
        read_telemetry,
        LIVE_AT_ONCE,
    )
    async def heartbeats(told: Heartbeat | Lines | None) -> None:
        if isinstance(told, Heartbeat):
            replicas.hear(told)


def _own(what: str, replica: str, routing_key: str = "") -> RabbitQueue:
    """Return a bounded queue of this replica: live events are worth nothing later."""
    return own_queue(f"portal-api.live.{what}.{replica}", routing_key, MOST_MESSAGES)


async def _raw(message: StreamMessage[Any]) -> tuple[str, bytes]:
    return getattr(message.raw_message, "type", None) or "", message.body


def _understood(body: bytes) -> list[StatusChanged]:
    try:
        return read_list(StatusChanged, STATUSES, body).items
    except ValidationError:
        return []
