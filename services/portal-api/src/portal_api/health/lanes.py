"""One lane as dispatcher reports it: by the one replica that works it, a connector with partitions
by several.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from portal_api.health.observations import LaneHold, LaneObservation

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from common.contracts.telemetry import Heartbeat, LaneStanding

PARTITION = " ("
"""A replica that holds one partition is called ``dispatcher-1 (2)``."""


class LaneInputs(NamedTuple):
    """What MongoDB and RabbitMQ know of lanes; ``partitions`` of connectors with several."""

    names: Mapping[str, str]
    depths: Mapping[str, int]
    held: Mapping[str, Sequence[LaneHold]]
    oldest: Mapping[str, datetime]
    partitions: Mapping[str, int]


def lanes_of(
    live: Sequence[Heartbeat], silent: Sequence[Heartbeat], known: LaneInputs, now: datetime
) -> tuple[LaneObservation, ...]:
    """Return every lane by its connector's name; what a silent replica held counts only where no
    living one has the lane.
    """
    told = _by_connector(live, known.partitions)
    last = {
        connector_id: [lane for _, lane in lanes]
        for connector_id, lanes in _by_connector(silent, known.partitions).items()
        if connector_id not in told
    }
    seen = [_worked_on(connector_id, lanes, known) for connector_id, lanes in told.items()]
    seen += [
        _left_alone(connector_id, last.get(connector_id, ()), known, now)
        for connector_id in (set(known.names) | set(known.held) | set(last)) - set(told)
    ]
    return tuple(sorted(seen, key=lambda lane: (lane.connector_name or "", lane.connector_id)))


def unreported(
    live: Sequence[Heartbeat], names: Iterable[str], waiting: Container[str]
) -> list[str]:
    """Return the connectors whose lanes no living replica reports, those that something is
    waiting for first.
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

    After a handover the last heartbeat of the replica that gave the lane up is still there.
    """
    found: dict[str, list[tuple[str, LaneStanding]]] = {}
    for beat in sorted(beats, key=lambda beat: beat.at, reverse=True):
        for lane in beat.lanes:
            reports = found.setdefault(lane.connector_id, [])
            if len(reports) < partitions.get(lane.connector_id, 1):
                reports.append((beat.replica, lane))
    return found


def _worked_on(
    connector_id: str, told: Sequence[tuple[str, LaneStanding]], known: LaneInputs
) -> LaneObservation:
    lanes, living = [lane for _, lane in told], {replica for replica, _ in told}
    recorded = [
        held
        for held in known.held.get(connector_id, ())
        if held.replica.partition(PARTITION)[0] in living
    ]
    depths = [lane.in_queue for lane in lanes if lane.in_queue is not None] or _depth(
        connector_id, known
    )
    return _held_by(
        [*_holding(lanes), *recorded],
        LaneObservation(
            connector_id=connector_id,
            connector_name=known.names.get(connector_id) or lanes[0].connector_name,
            waiting=sum(depths) + sum(max(0, lane.in_hand - lane.in_flight) for lane in lanes)
            if depths
            else None,
            in_flight=sum(lane.in_flight for lane in lanes),
            calls_allowed=sum(lane.calls_allowed or 0 for lane in lanes) or None,
            oldest_waiting_at=known.oldest.get(connector_id),
        ),
    )


def _left_alone(
    connector_id: str, last: Sequence[LaneStanding], known: LaneInputs, now: datetime
) -> LaneObservation:
    held = known.held.get(connector_id) or [held for held in _holding(last) if held.until > now]
    name = known.names.get(connector_id) or next((lane.connector_name for lane in last), None)
    waiting = next(iter(_depth(connector_id, known)), None)
    return _held_by(
        held,
        LaneObservation(
            connector_id, name, waiting=waiting, oldest_waiting_at=known.oldest.get(connector_id)
        ),
    )


def _holding(lanes: Iterable[LaneStanding]) -> list[LaneHold]:
    return [
        LaneHold("", lane.held_since, lane.held_until, lane.reason)
        for lane in lanes
        if lane.held_since and lane.held_until
    ]


def _depth(connector_id: str, known: LaneInputs) -> list[int]:
    return [known.depths[connector_id]] if connector_id in known.depths else []


def _held_by(held: Sequence[LaneHold], lane: LaneObservation) -> LaneObservation:
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
