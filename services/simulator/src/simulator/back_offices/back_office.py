"""One simulated back office: what it was sent, and how it is told to behave."""

from __future__ import annotations

import time
from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from simulator.back_offices.history import History, Step
from simulator.back_offices.record import Record, record
from simulator.back_offices.signature import is_genuine, secret_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.back_offices.fault import Fault, Faults


class Bounds(NamedTuple):
    """How much one back office keeps in memory."""

    records: int
    history: int


class BackOffice:
    """Keeps calls in memory, within bounds; ``faults`` are those in force, None = healthy."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._key: bytes | None = None
        self.faults: Faults | None = None
        self.forget()

    def forget(self) -> None:
        """Forget every call and count from zero; faults and secret stay."""
        self._records: deque[Record] = deque(maxlen=self._bounds.records)
        self._history = History(self._bounds.history)
        self.received = self.stored = self.faulted = self.refused = 0

    @property
    def is_as_new(self) -> bool:
        """Whether nothing would be lost by forgetting it altogether."""
        return not self.received and self.faults is None and self._key is None

    @property
    def counts(self) -> dict[str, int]:
        """How many calls came and what became of them; ``dropped`` ones were stored, but their bodies are no longer kept."""
        return {
            "received": self.received,
            "stored": self.stored,
            "repeated": self._history.repeated,
            "out_of_order": self._history.out_of_order,
            "faulted": self.faulted,
            "refused": self.refused,
            "dropped": self.stored - len(self._records),
            "appointments": len(self._history),
        }

    def expect_signatures(self, secret: str | None) -> None:
        """Refuse from now on what is not signed with this ``whsec_`` secret (None = accept all); raises InvalidFieldError."""
        self._key = None if secret is None else secret_key(secret)

    def trusts(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether the call may come in: no secret is set, or its signature is good."""
        return self._key is None or is_genuine(self._key, headers, body, time.time())

    def strike(self) -> Fault | None:
        """Return the fault that strikes the call that just came, if one does."""
        if self.faults is None:
            return None
        fault = self.faults.strike()
        self.faulted += fault is not None
        if self.faults.is_over:
            self.faults = None
        return fault

    def store(self, headers: Mapping[str, str], body: bytes) -> None:
        """Keep the call."""
        self.stored += 1
        kept = record(self.stored, headers, body)
        self._records.append(kept)
        self._history.add(kept.appointment, Step(kept.number, kept.action, kept.webhook_id, kept.modified_at, kept.hash))

    def records(self, appointment: str | None, after: int, limit: int) -> list[Record]:
        """Return the kept calls numbered above ``after``, oldest first."""
        newer = islice(self._records, max(0, after - (self.stored - len(self._records))), None)
        return list(islice((kept for kept in newer if appointment is None or kept.appointment == appointment), limit))

    def steps(self, appointment: str | None) -> dict[str, list[Step]]:
        """Return which snapshots of each appointment, or of this one, were stored, in that order."""
        return self._history.steps(appointment)
