"""The state in one word: *down*, *troubled* or *well* (issue of the portal: is the connection
between the two sides well).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from portal_api.health.observations import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime, timedelta

    from portal_api.health.observations import Replica, SystemObservation

NEEDED = {"ingest": "changes are not accepted", "dispatcher": "nothing is delivered"}
"""Without one of these the two sides are not connected; without the others changes still arrive."""
MOST_NAMED = 3


class HealthState(StrEnum):
    """Down: changes do not arrive. Troubled: some do not, or soon will not. Well: all do."""

    WELL = "well"
    TROUBLED = "troubled"
    DOWN = "down"


def judge(seen: SystemObservation, oldest_allowed: timedelta) -> Verdict:
    """Return the word for what is seen, with every reason."""
    down = list(_down(seen))
    troubled = list(_troubled(seen, oldest_allowed))
    state = HealthState.DOWN if down else HealthState.TROUBLED if troubled else HealthState.WELL
    return Verdict(state, (*down, *troubled))


def _down(seen: SystemObservation) -> Iterator[str]:
    if not seen.rabbitmq.reachable:
        yield "RabbitMQ cannot be reached: nothing is accepted or delivered until it is back."
    if not seen.mongodb.reachable:
        yield "MongoDB cannot be reached: nothing is delivered or recorded until it is back."
    elif seen.mongodb.primary is None:
        yield "MongoDB has no primary: nothing is delivered or recorded until it has one."
    if seen.rabbitmq.reachable:
        yield from filter(None, (_missing(service, seen.services) for service in NEEDED))


def _missing(service: str, services: Iterable[Replica]) -> str | None:
    heard = [replica for replica in services if replica.service == service and not replica.silent]
    if any(replica.ready for replica in heard):
        return None
    if not heard:
        return f"No {service} is heard of: {NEEDED[service]}."
    return f"No {service} is ready ({'; '.join(heard[0].reasons)}): {NEEDED[service]}."


def _troubled(seen: SystemObservation, oldest_allowed: timedelta) -> Iterator[str]:
    for replica in seen.services:
        if replica.silent:
            yield (
                f"{replica.replica} ({replica.service}) has not been heard of since "
                f"{_written(replica.heard_at)}."
            )
        elif not replica.ready:
            yield (
                f"{replica.replica} ({replica.service}) is not ready: {'; '.join(replica.reasons)}."
            )
    if held := [lane.connector_name or lane.connector_id for lane in seen.lanes if lane.held_since]:
        yield f"{_are(len(held), 'lane')} held, so nothing is delivered there: {_some(held)}."
    waiting = [
        (lane.oldest_waiting_at, lane.connector_name or lane.connector_id)
        for lane in seen.lanes
        if lane.oldest_waiting_at
    ]
    if waiting and seen.at - min(waiting)[0] > oldest_allowed:
        oldest, name = min(waiting)
        yield f"The oldest delivery has been waiting since {_written(oldest)} ({name})."
    if seen.timer_job and seen.timer_job.trouble:
        yield f"The timer job is off: {seen.timer_job.trouble}."
    if seen.dead_letters:
        yield (
            f"{_are(seen.dead_letters, 'message')} parked, because no code could handle them: see "
            "Error Tracking."
        )


def _are(count: int, noun: str) -> str:
    return f"1 {noun} is" if count == 1 else f"{count} {noun}s are"


def _some(names: list[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
