"""One lane as all replicas of dispatcher together have it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from portal_api.status.seen import LaneSeen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from common.contracts.telemetry import Heartbeat, LaneStanding


class Held(NamedTuple):
    """That a replica holds a lane."""

    replica: str
    since: datetime
    until: datetime
    reason: str | None


class Known(NamedTuple):
    """What is known of lanes beside the heartbeats."""

    names: Mapping[str, str]
    depths: Mapping[str, int]
    held: Mapping[str, Sequence[Held]]
    oldest: Mapping[str, datetime]


def lanes_of(live: Sequence[Heartbeat], silent: Sequence[Heartbeat], known: Known) -> tuple[LaneSeen, ...]:
    """Return every lane by its connector's name; what a silent replica held counts only where no living one has the lane."""
    living = {beat.replica for beat in live}
    standing: dict[str, list[LaneStanding]] = {connector_id: [] for connector_id in known.names}
    for beat in live:
        for lane in beat.lanes:
            standing.setdefault(lane.connector_id, []).append(lane)
    for connector_id in {lane.connector_id for beat in silent for lane in beat.lanes} | set(known.held):
        standing.setdefault(connector_id, [])
    seen = (_seen(connector_id, told, known, living) for connector_id, told in standing.items())
    return tuple(sorted(seen, key=lambda lane: (lane.connector_name or "", lane.connector_id)))


def unreported(live: Sequence[Heartbeat], names: Iterable[str]) -> list[str]:
    """Return the connectors whose lanes no living replica reports."""
    reported = {lane.connector_id for beat in live for lane in beat.lanes if lane.in_queue is not None}
    return sorted(set(names) - reported)


def _seen(connector_id: str, told: Sequence[LaneStanding], known: Known, living: set[str]) -> LaneSeen:
    held = [Held("", lane.held_since, lane.held_until, lane.reason) for lane in told if lane.held_since and lane.held_until]
    held += [recorded for recorded in known.held.get(connector_id, ()) if not told or recorded.replica in living]
    last = max(held, key=lambda found: found.until, default=None)
    depths = [lane.in_queue for lane in told if lane.in_queue is not None] or [known.depths[connector_id]] * (connector_id in known.depths)
    return LaneSeen(
        connector_id=connector_id,
        connector_name=known.names.get(connector_id) or next((lane.connector_name for lane in told if lane.connector_name), None),
        waiting=max(depths) + sum(max(0, lane.in_hand - lane.in_flight) for lane in told) if depths else None,
        in_flight=sum(lane.in_flight for lane in told),
        calls_allowed=sum(lane.calls_allowed or 0 for lane in told) or None,
        held_since=min((found.since for found in held), default=None),
        held_until=last.until if last else None,
        reason=last.reason if last else None,
        oldest_waiting_at=known.oldest.get(connector_id),
    )
