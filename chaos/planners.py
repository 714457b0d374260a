"""The stream of changes by seed: about eight changes an appointment, updates in quick pairs."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from common.contracts.appointment import Action

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

OPEN_AT_ONCE = 60
"""The appointments that planners change concurrently."""
PAIRS = (2, 3, 3, 4)
"""Pairs of updates after the create. An appointment has seven changes on average, and one more when
it is deleted.
"""
DELETED = 0.6
TEXT = "The customer asked for a call half an hour ahead. " * 6


class Change(NamedTuple):
    """One change to one appointment. ``version`` is its last-modified time in milliseconds since
    1970, which increases along the stream.
    """

    position: int
    appointment: str
    version: int
    action: Action
    source_app: str

    @property
    def modified_at(self) -> datetime:
        """The last-modified time."""
        return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=self.version)

    def body(self) -> bytes:
        """Return the full snapshot as Dime.Scheduler posts it."""
        job_no = f"OP{self.appointment}"
        return json.dumps(
            {
                "Id": int(self.appointment),
                "appointmentNo": f"APP-{self.appointment}",
                "Subject": f"Version {self.version} of {self.appointment}",
                "Body": TEXT,
                "StartDate": "2026-07-24T13:30:00",
                "EndDate": "2026-07-24T16:00:00",
                "LastModifiedDate": self.modified_at.replace(tzinfo=None).isoformat(
                    timespec="milliseconds"
                ),
                "LastModifiedUser": "planner@cronus.example",
                "Task": {
                    "TaskNo": job_no,
                    "Job": {"SourceApp": self.source_app, "SourceType": "OPPT", "JobNo": job_no},
                },
            }
        ).encode()


def stream(seed: int, count: int, source_apps: Sequence[str], begin: datetime) -> list[Change]:
    """Return ``count`` changes. The same seed gives the same changes, from another beginning."""
    first = int(begin.timestamp() * 1000)
    return [
        Change(position, appointment, first + position, action, source_app)
        for position, (appointment, action, source_app) in zip(
            range(count), _steps(random.Random(seed), source_apps), strict=False
        )
    ]


def _steps(chance: random.Random, source_apps: Sequence[str]) -> Iterator[tuple[str, Action, str]]:
    """Yield the changes of several appointments, each time a burst of one of them."""
    number = 0
    opened: list[tuple[str, str, list[list[Action]]]] = []
    while True:
        while len(opened) < OPEN_AT_ONCE:
            number += 1
            opened.append((str(number), chance.choice(source_apps), _bursts(chance)))
        position = chance.randrange(len(opened))
        appointment, source_app, bursts = opened[position]
        yield from ((appointment, action, source_app) for action in bursts.pop(0))
        if not bursts:
            del opened[position]


def _bursts(chance: random.Random) -> list[list[Action]]:
    """Return all changes of one appointment. The changes of a burst directly follow each other."""
    begins_quickly = chance.random() < 1 / 2
    created = [Action.CREATE, Action.UPDATE] if begins_quickly else [Action.CREATE]
    pairs = [[Action.UPDATE, Action.UPDATE] for _ in range(chance.choice(PAIRS))]
    deleted = [[Action.DELETE]] if chance.random() < DELETED else []
    return [created, *pairs, *deleted]
