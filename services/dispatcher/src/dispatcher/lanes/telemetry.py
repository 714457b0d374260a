"""The lanes' part of heartbeats and of the metrics."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from common.contracts.delivery import Status
from common.contracts.telemetry import LaneStanding
from common.errors import BrokerUnavailableError
from dispatcher.metrics import (
    CALLS_ALLOWED,
    IN_HAND,
    LANE_DEPTH,
    LANE_HELD,
    OLDEST_AGE,
    attempts_of,
    routed_to,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from common.queue_depths import QueueDepths
    from dispatcher.lanes.lane import Lane


async def lane_standings_of(lanes: Sequence[Lane], depths: QueueDepths) -> tuple[LaneStanding, ...]:
    """Return one standing for each connector of these lanes. Without RabbitMQ it has no depth."""
    found: dict[str, int] = {}
    with contextlib.suppress(BrokerUnavailableError):
        found = await depths.of(lane.queue.name for lane in lanes)
    by_connector: dict[str, LaneStanding] = {}
    for lane in lanes:
        one = lane.state.standing(lane.in_hand, found.get(lane.queue.name))
        other = by_connector.get(one.connector_id)
        by_connector[one.connector_id] = one if other is None else _sum(other, one)
    for connector_id, one in by_connector.items():
        if one.in_queue is not None:
            LANE_DEPTH.labels(connector_id).set(one.in_queue)
    return tuple(by_connector.values())


def _sum(one: LaneStanding, other: LaneStanding) -> LaneStanding:
    """Return the sum of the standings of two partitions of one connector."""
    held = one if one.held_since else other
    depths = [lane.in_queue for lane in (one, other) if lane.in_queue is not None]
    return LaneStanding(
        connector_id=one.connector_id,
        connector_name=one.connector_name,
        in_queue=sum(depths) if depths else None,
        in_hand=one.in_hand + other.in_hand,
        in_flight=one.in_flight + other.in_flight,
        calls_allowed=(one.calls_allowed or 0) + (other.calls_allowed or 0),
        held_since=held.held_since,
        held_until=held.held_until,
        reason=held.reason,
    )


def register_gauges(connector_id: str, lanes: Sequence[Lane]) -> None:
    """Register the gauges of a connector's lanes. Their values are computed at each scrape.

    Lanes of another replica count as 0 here. The counters begin at 0.
    """
    OLDEST_AGE.labels(connector_id).set_function(
        lambda: max(lane.age.oldest_s() for lane in tuple(lanes))
    )
    IN_HAND.labels(connector_id).set_function(lambda: sum(lane.in_hand for lane in tuple(lanes)))
    CALLS_ALLOWED.labels(connector_id).set_function(
        lambda: sum(lane.state.limiter.allowed for lane in tuple(lanes) if lane.is_owned)
    )
    LANE_HELD.labels(connector_id).set_function(
        lambda: any(lane.state.is_reported_held for lane in tuple(lanes))
    )
    routed_to(connector_id)
    for status in (Status.SUCCESS, Status.FAILED):
        attempts_of(connector_id, status, "")
