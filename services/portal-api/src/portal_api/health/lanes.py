"""Observations of lanes, from the heartbeats of dispatcher and from MongoDB and RabbitMQ.

One replica works a lane. The partitions of a connector may be worked by several replicas.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from portal_api.health.observations import AppliedCounts, LaneHold, LaneObservation

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from common.contracts.telemetry import Heartbeat, LaneStanding

PARTITION_SUFFIX = " ("
"""Start of the partition in the name of a lane's owner, as in ``dispatcher-1 (2)``."""


class LaneInputs(NamedTuple):
    """Facts about lanes from MongoDB and RabbitMQ, by connector id.

    ``partitions`` contains only the connectors with several.
    """

    names: Mapping[str, str]
    depths: Mapping[str, int]
    held: Mapping[str, Sequence[LaneHold]]
    oldest: Mapping[str, datetime]
    partitions: Mapping[str, int]
    not_applied: Mapping[str, AppliedCounts] = MappingProxyType({})


def lanes_of(
    live: Sequence[Heartbeat], silent: Sequence[Heartbeat], inputs: LaneInputs, now: datetime
) -> tuple[LaneObservation, ...]:
    """Return every lane, sorted by the name of its connector.

    The report of a silent replica counts only if no live replica reports the lane.
    """
    reports = _by_connector(live, inputs.partitions)
    silent_reports = {
        connector_id: [lane for _, lane in lanes]
        for connector_id, lanes in _by_connector(silent, inputs.partitions).items()
        if connector_id not in reports
    }
    lanes = [_reported_lane(connector_id, found, inputs) for connector_id, found in reports.items()]
    connector_ids = set(inputs.names) | set(inputs.held) | set(silent_reports)
    lanes += [
        _unreported_lane(connector_id, silent_reports.get(connector_id, ()), inputs, now)
        for connector_id in connector_ids - set(reports)
    ]
    counted = [
        replace(lane, not_applied=inputs.not_applied.get(lane.connector_id)) for lane in lanes
    ]
    return tuple(sorted(counted, key=lambda lane: (lane.connector_name or "", lane.connector_id)))


def unreported(
    live: Sequence[Heartbeat], names: Iterable[str], waiting: Container[str]
) -> list[str]:
    """Return the connectors whose lanes no live replica reports, those with waiting deliveries
    first.
    """
    reported = {
        lane.connector_id for beat in live for lane in beat.lanes if lane.in_queue is not None
    }
    return sorted(
        set(names) - reported, key=lambda connector_id: (connector_id not in waiting, connector_id)
    )


def _by_connector(
    beats: Sequence[Heartbeat], partitions: Mapping[str, int]
) -> dict[str, list[tuple[str, LaneStanding]]]:
    """Return the newest reports of each connector, at most one for each partition.

    The limit matters after a handover, because the last heartbeat of the previous owner still
    reports the lane.
    """
    found: dict[str, list[tuple[str, LaneStanding]]] = {}
    for beat in sorted(beats, key=lambda beat: beat.at, reverse=True):
        for lane in beat.lanes:
            reports = found.setdefault(lane.connector_id, [])
            if len(reports) < partitions.get(lane.connector_id, 1):
                reports.append((beat.replica, lane))
    return found


def _reported_lane(
    connector_id: str, reports: Sequence[tuple[str, LaneStanding]], inputs: LaneInputs
) -> LaneObservation:
    lanes = [lane for _, lane in reports]
    replicas = {replica for replica, _ in reports}
    recorded = [
        held
        for held in inputs.held.get(connector_id, ())
        if held.replica.partition(PARTITION_SUFFIX)[0] in replicas
    ]
    depths = [lane.in_queue for lane in lanes if lane.in_queue is not None] or _queue_depths(
        connector_id, inputs
    )
    return _with_hold(
        [*_holds_of(lanes), *recorded],
        LaneObservation(
            connector_id=connector_id,
            connector_name=inputs.names.get(connector_id) or lanes[0].connector_name,
            waiting=sum(depths) + sum(max(0, lane.in_hand - lane.in_flight) for lane in lanes)
            if depths
            else None,
            in_flight=sum(lane.in_flight for lane in lanes),
            calls_allowed=sum(lane.calls_allowed or 0 for lane in lanes) or None,
            oldest_waiting_at=inputs.oldest.get(connector_id),
        ),
    )


def _unreported_lane(
    connector_id: str, silent_reports: Sequence[LaneStanding], inputs: LaneInputs, now: datetime
) -> LaneObservation:
    held = inputs.held.get(connector_id) or [
        held for held in _holds_of(silent_reports) if held.until > now
    ]
    name = inputs.names.get(connector_id) or next(
        (lane.connector_name for lane in silent_reports), None
    )
    waiting = next(iter(_queue_depths(connector_id, inputs)), None)
    return _with_hold(
        held,
        LaneObservation(
            connector_id, name, waiting=waiting, oldest_waiting_at=inputs.oldest.get(connector_id)
        ),
    )


def _holds_of(lanes: Iterable[LaneStanding]) -> list[LaneHold]:
    return [
        LaneHold("", lane.held_since, lane.held_until, lane.reason)
        for lane in lanes
        if lane.held_since and lane.held_until
    ]


def _queue_depths(connector_id: str, inputs: LaneInputs) -> list[int]:
    return [inputs.depths[connector_id]] if connector_id in inputs.depths else []


def _with_hold(held: Sequence[LaneHold], lane: LaneObservation) -> LaneObservation:
    """Return the lane as held since the first replica holds it, and until the last one ends."""
    if not held:
        return lane
    last = max(held, key=lambda found: found.until)
    return replace(
        lane,
        held_since=min(found.since for found in held),
        held_until=last.until,
        reason=last.reason,
    )
