"""The kinds of disruption, and their schedule by seed, counted in accepted changes."""

from __future__ import annotations

import random
from enum import StrEnum
from itertools import chain, repeat
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

FEWEST_OUTAGES, CHANGES_PER_OUTAGE = 10, 500
CHANGES_PER_FAULT, CHANGES_PER_BACKGROUND = 400, 1_000
FIRST, LAST = 0.06, 0.86
"""The parts of the stream between which disruptions begin."""


class Group(StrEnum):
    """Groups of disruptions that an option can exclude."""

    KILLS = "kills"
    SERVERS = "servers"
    ALARM = "alarm"
    FAULTS = "faults"
    REPLICAS = "replicas"


class Kind(StrEnum):
    """The kinds of disruption."""

    KILL_INGEST = "ingest killed"
    KILL_DISPATCHER = "dispatcher killed"
    KILL_PORTAL_API = "portal-api killed"
    KILL_RETRY = "retry killed"
    RESTART_BROKER = "RabbitMQ stopped and started within its node"
    RESTART_NODE = "RabbitMQ restarted"
    KILL_DATABASE = "MongoDB killed"
    RESTART_DATABASE = "MongoDB restarted"
    ALARM = "RabbitMQ out of memory"
    REPLACE = "dispatcher replaced"
    ERROR = "back office answers 500"
    UNAVAILABLE = "back office answers 503 with Retry-After"
    THROTTLED = "back office answers 429"
    SLOW = "back office answers late"
    HANGS = "back office stores and never answers"
    REFUSES = "back office refuses connections"
    FORBIDDEN = "back office refuses some appointments"


GROUPS: Mapping[Kind, Group] = {
    Kind.KILL_INGEST: Group.KILLS,
    Kind.KILL_DISPATCHER: Group.KILLS,
    Kind.KILL_PORTAL_API: Group.KILLS,
    Kind.KILL_RETRY: Group.KILLS,
    Kind.RESTART_BROKER: Group.SERVERS,
    Kind.RESTART_NODE: Group.SERVERS,
    Kind.KILL_DATABASE: Group.SERVERS,
    Kind.RESTART_DATABASE: Group.SERVERS,
    Kind.ALARM: Group.ALARM,
    Kind.REPLACE: Group.REPLICAS,
    **dict.fromkeys(
        (
            Kind.ERROR,
            Kind.UNAVAILABLE,
            Kind.THROTTLED,
            Kind.SLOW,
            Kind.HANGS,
            Kind.REFUSES,
            Kind.FORBIDDEN,
        ),
        Group.FAULTS,
    ),
}
OUTAGES = (
    Kind.KILL_INGEST,
    Kind.KILL_DISPATCHER,
    Kind.RESTART_BROKER,
    Kind.KILL_DATABASE,
    Kind.KILL_DISPATCHER,
    Kind.ALARM,
    Kind.REPLACE,
    Kind.RESTART_NODE,
    Kind.KILL_DISPATCHER,
    Kind.RESTART_DATABASE,
)
"""One round of outages. Every round has another order."""
BACKGROUND = (Kind.KILL_PORTAL_API, Kind.KILL_RETRY)
"""Services that no change needs on its way. They are killed concurrently with all other
disruptions.
"""
FAULTS = tuple(kind for kind, group in GROUPS.items() if group is Group.FAULTS)


class Disruption(NamedTuple):
    """One disruption. It begins after a number of accepted changes, and ends after its duration.

    ``target`` is a number for a dispatcher, and the name of a back office for a fault.
    """

    after: int
    kind: Kind
    target: str
    duration_s: float


def outages(
    seed: int, changes: int, possible: Collection[Kind], dispatchers: int
) -> list[Disruption]:
    """Return the disruptions of services and servers, which follow each other."""
    chance = random.Random(f"{seed} outages")
    wanted = [kind for kind in OUTAGES if kind in possible]
    count = max(FEWEST_OUTAGES, changes // CHANGES_PER_OUTAGE) * len(wanted) // len(OUTAGES)
    return [
        Disruption(
            after, kind, str(chance.randrange(dispatchers)), round(chance.uniform(0.2, 1.5), 2)
        )
        for after, kind in zip(
            _moments(chance, changes, count), _shuffled(chance, wanted), strict=False
        )
    ]


def background(seed: int, changes: int, possible: Collection[Kind]) -> list[Disruption]:
    """Return the disruptions of services that no change needs on its way. They follow each other,
    concurrently with all others.
    """
    chance = random.Random(f"{seed} aside")
    wanted = [kind for kind in BACKGROUND if kind in possible]
    count = max(len(wanted), changes // CHANGES_PER_BACKGROUND) if wanted else 0
    return [
        Disruption(after, kind, "", round(chance.uniform(0.2, 2), 2))
        for after, kind in zip(
            _moments(chance, changes, count), _shuffled(chance, wanted), strict=False
        )
    ]


def faults(
    seed: int, changes: int, possible: Collection[Kind], targets: Mapping[Kind, Sequence[str]]
) -> list[Disruption]:
    """Return the faults of back offices, which run concurrently with all others. A kind affects
    only its ``targets``.
    """
    chance = random.Random(f"{seed} faults")
    wanted = [kind for kind in FAULTS if kind in possible]
    count = max(len(wanted), changes // CHANGES_PER_FAULT) if wanted else 0
    return [
        Disruption(after, kind, chance.choice(targets[kind]), round(chance.uniform(1.5, 4), 2))
        for after, kind in zip(
            _moments(chance, changes, count), _shuffled(chance, wanted), strict=False
        )
    ]


def _moments(chance: random.Random, changes: int, count: int) -> Iterator[int]:
    """Yield increasing numbers of changes, one at random in each of ``count`` equal parts."""
    step = (LAST - FIRST) * changes / max(count, 1)
    return (int(FIRST * changes + (part + chance.random()) * step) for part in range(count))


def _shuffled(chance: random.Random, kinds: Sequence[Kind]) -> Iterator[Kind]:
    return chain.from_iterable(chance.sample(kinds, len(kinds)) for _ in repeat(None))
