"""The stream of changes. The same seed and clock give the same changes to the byte."""

from __future__ import annotations

import itertools
import random
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from common.contracts.appointment import Action
from common.contracts.moments import whole_milliseconds
from simulator.planners.appointment import Appointment
from simulator.planners.cronus import HOURS, TECHNICIANS, TIME_MARKERS, WORKS, Technician
from simulator.planners.snapshot import snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CREATE_SHARE = 0.5
"""The share of creates while the board has room."""
DELETE_SHARE = 0.1
"""The share of deletes among changes to appointments. The others are moves."""
_IDS_BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
_DAYS_AHEAD = 21
_FIRST_HOUR, _LAST_HOUR = 7, 16


@dataclass(frozen=True, slots=True)
class Change:
    """One change as Dime.Scheduler reports it. ``body`` is the full snapshot after the change."""

    appointment_id: int
    action: Action
    source_app: str
    modified_at: datetime
    body: bytes


class Changes:
    """Creates, moves and deletes on a board of ``appointments``. The id of a deleted appointment is
    never used again.

    ``next`` fills the board up to that size, ``create`` goes beyond it. Ids begin at the clock's
    milliseconds, so that a later stream uses other ids.
    """

    def __init__(
        self,
        seed: int,
        appointments: int,
        source_apps: Sequence[str],
        clock: Callable[[], datetime],
    ) -> None:
        self._random = random.Random(seed)  # noqa: S311 - repeatable, and not secret
        self._size = appointments
        self._source_apps = tuple(source_apps)
        self._clock = clock
        first = max(1, (clock() - _IDS_BEGIN) // timedelta(milliseconds=1))
        self._ids = itertools.count(first)
        self._row_versions = itertools.count(first)
        self._board: list[Appointment] = []

    def next(self) -> Change:
        """Return the next change. Changes to one appointment are at least a millisecond apart."""
        has_room = len(self._board) < self._size
        if not self._board or (has_room and self._random.random() < CREATE_SHARE):
            return self.create(self._random.choice(self._source_apps))
        index = self._random.randrange(len(self._board))
        return self._delete(index) if self._random.random() < DELETE_SHARE else self._move(index)

    def create(self, source_app: str) -> Change:
        """Return the change that adds a new appointment of this source app to the board."""
        now, chosen = whole_milliseconds(self._clock()), self._random
        appointment = Appointment(
            id=next(self._ids),
            guid=str(uuid.UUID(int=chosen.getrandbits(128), version=4)),
            job_no=f"OP{chosen.randint(100_001, 100_400)}",
            source_app=source_app,
            work=chosen.choice(WORKS),
            marker=TIME_MARKERS[0],
            start=self._some_start(now),
            hours=chosen.choice(HOURS),
            technicians=self._some_technicians(),
            created_at=now,
            modified_at=now,
        )
        self._board.append(appointment)
        return self._change(appointment, Action.CREATE)

    def _move(self, index: int) -> Change:
        appointment = self._board[index]
        appointment.touch(self._clock())
        appointment.start = self._some_start(appointment.modified_at)
        appointment.hours = self._random.choice(HOURS)
        appointment.technicians = self._some_technicians()
        appointment.marker = self._random.choice(TIME_MARKERS)
        return self._change(appointment, Action.UPDATE)

    def _delete(self, index: int) -> Change:
        appointment = self._board.pop(index)
        appointment.touch(self._clock())
        appointment.technicians = ()
        return self._change(appointment, Action.DELETE)

    def _change(self, appointment: Appointment, action: Action) -> Change:
        body = snapshot(appointment, next(self._row_versions))
        return Change(appointment.id, action, appointment.source_app, appointment.modified_at, body)

    def _some_start(self, now: datetime) -> datetime:
        day = (now + timedelta(days=self._random.randint(1, _DAYS_AHEAD))).replace(
            tzinfo=None, minute=0, second=0, microsecond=0
        )
        return day.replace(hour=self._random.randint(_FIRST_HOUR, _LAST_HOUR)) + timedelta(
            minutes=self._random.choice((0, 30))
        )

    def _some_technicians(self) -> tuple[Technician, ...]:
        return tuple(self._random.sample(TECHNICIANS, self._random.choice((1, 1, 2))))
