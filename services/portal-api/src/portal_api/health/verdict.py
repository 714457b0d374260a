"""The verdict on the connection between Dime.Scheduler and the back offices."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from portal_api.health.observations import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime, timedelta

    from portal_api.health.observations import Replica, SystemObservation

REQUIRED_SERVICES = {"ingest": "changes are not accepted", "dispatcher": "nothing is delivered"}
"""The services without which changes do not arrive, and the consequence."""
MAX_NAMES = 3


class HealthState(StrEnum):
    """The state of the system.

    ``down`` means that no changes arrive. ``troubled`` is the degraded state, in which some changes
    do not arrive or soon will not. ``well`` is the healthy state.
    """

    WELL = "well"
    TROUBLED = "troubled"
    DOWN = "down"


def judge(observation: SystemObservation, oldest_allowed: timedelta) -> Verdict:
    """Return the verdict on an observation, with all reasons."""
    down = list(_down_reasons(observation))
    troubled = list(_troubled_reasons(observation, oldest_allowed))
    state = HealthState.DOWN if down else HealthState.TROUBLED if troubled else HealthState.WELL
    return Verdict(state, (*down, *troubled))


def _down_reasons(observation: SystemObservation) -> Iterator[str]:
    if not observation.rabbitmq.reachable:
        yield "RabbitMQ cannot be reached: nothing is accepted or delivered until it is back."
    if not observation.mongodb.reachable:
        yield "MongoDB cannot be reached: nothing is delivered or recorded until it is back."
    elif observation.mongodb.primary is None:
        yield "MongoDB has no primary: nothing is delivered or recorded until it has one."
    if observation.rabbitmq.reachable:
        yield from filter(
            None, (_missing_reason(service, observation.services) for service in REQUIRED_SERVICES)
        )


def _missing_reason(service: str, services: Iterable[Replica]) -> str | None:
    live = [replica for replica in services if replica.service == service and not replica.silent]
    if any(replica.ready for replica in live):
        return None
    if not live:
        return f"No replica of {service} sends heartbeats: {REQUIRED_SERVICES[service]}."
    reasons = "; ".join(live[0].reasons)
    return f"No replica of {service} is ready ({reasons}): {REQUIRED_SERVICES[service]}."


def _troubled_reasons(observation: SystemObservation, oldest_allowed: timedelta) -> Iterator[str]:
    for replica in observation.services:
        if replica.silent:
            yield (
                f"{replica.replica} ({replica.service}) has sent no heartbeat since "
                f"{_format_time(replica.heard_at)}."
            )
        elif not replica.ready:
            yield (
                f"{replica.replica} ({replica.service}) is not ready: {'; '.join(replica.reasons)}."
            )
    if held := [
        lane.connector_name or lane.connector_id for lane in observation.lanes if lane.held_since
    ]:
        lanes = _count_with_verb(len(held), "lane")
        yield f"{lanes} held, so nothing is delivered there: {_join_names(held)}."
    waiting = [
        (lane.oldest_waiting_at, lane.connector_name or lane.connector_id)
        for lane in observation.lanes
        if lane.oldest_waiting_at
    ]
    if waiting and observation.at - min(waiting)[0] > oldest_allowed:
        oldest, name = min(waiting)
        yield f"The oldest delivery has been waiting since {_format_time(oldest)} ({name})."
    if observation.timer_job and observation.timer_job.trouble:
        yield f"The timer job is off: {observation.timer_job.trouble}."
    if observation.dead_letters:
        messages = _count_with_verb(observation.dead_letters, "message")
        yield f"{messages} dead-lettered: open Error Tracking to see the reasons."


def _count_with_verb(count: int, noun: str) -> str:
    return f"1 {noun} is" if count == 1 else f"{count} {noun}s are"


def _join_names(names: list[str]) -> str:
    more = len(names) - MAX_NAMES
    return ", ".join(names[:MAX_NAMES]) + (f" and {more} more" if more > 0 else "")


def _format_time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
