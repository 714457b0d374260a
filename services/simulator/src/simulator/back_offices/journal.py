"""A journal of every call to any back office: appointment, order and concurrency."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from simulator.appointments.snapshot import Snapshot


class JournalEntry(NamedTuple):
    """A finished call. ``began`` and ``ended`` number the beginnings and ends of all calls, which
    shows concurrent calls without a clock.

    ``appointment`` is empty when the call was refused unread. ``status`` is None when the caller
    disconnected before the answer.
    """

    number: int
    back_office: str
    began: int
    ended: int
    at_s: float
    took_s: float
    appointment: str
    action: str
    modified_at: str | None
    stored: bool
    status: int | None


@dataclass(slots=True)
class Call:
    """A call under way."""

    back_office: str
    began: int
    at_s: float
    appointment: str = ""
    action: str = ""
    modified_at: datetime | None = None
    stored: bool = False
    status: int | None = None

    def is_about(self, snapshot: Snapshot) -> None:
        """Set the appointment and version of the call."""
        self.appointment = snapshot.appointment
        self.action = snapshot.action
        self.modified_at = snapshot.modified_at


class Journal:
    """The last ``limit`` finished calls. Older ones are dropped and counted."""

    def __init__(self, limit: int) -> None:
        self._entries: deque[JournalEntry] = deque(maxlen=limit)
        self._order = itertools.count(1)
        self.ended = 0
        self.under_way = 0

    @property
    def dropped(self) -> int:
        """The number of dropped calls."""
        return self.ended - len(self._entries)

    @contextlib.contextmanager
    def call(self, back_office: str) -> Iterator[Call]:
        """Count a call as under way inside this block, and add its entry at the end."""
        call = Call(back_office, next(self._order), time.time())
        self.under_way += 1
        try:
            yield call
        finally:
            self.under_way -= 1
            self._write(call)

    def entries(self, after: int, limit: int) -> list[JournalEntry]:
        """Return the calls numbered above ``after``, in the order of their ends."""
        first = max(0, after - self.dropped)
        return list(islice(self._entries, first, first + limit))

    def _write(self, call: Call) -> None:
        self.ended += 1
        modified_at = call.modified_at
        self._entries.append(
            JournalEntry(
                number=self.ended,
                back_office=call.back_office,
                began=call.began,
                ended=next(self._order),
                at_s=round(call.at_s, 4),
                took_s=round(time.time() - call.at_s, 4),
                appointment=call.appointment,
                action=call.action,
                modified_at=modified_at.isoformat(timespec="milliseconds") if modified_at else None,
                stored=call.stored,
                status=call.status,
            )
        )
