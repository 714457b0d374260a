"""The order in which snapshots of each appointment were stored, which proves that none came too
late or twice.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime
from typing import NamedTuple


class StoredSnapshot(NamedTuple):
    """One stored snapshot."""

    number: int
    action: str
    webhook_id: str | None
    modified_at: datetime | None
    hash: str


class History:
    """The last ``limit`` snapshots of all appointments together. The oldest are dropped first."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._order: deque[tuple[str, str | None]] = deque()
        self._sequences: dict[str, deque[StoredSnapshot]] = {}
        self._newest: dict[str, datetime] = {}
        self._identities: set[str] = set()
        self.repeated = self.out_of_order = 0

    def __len__(self) -> int:
        """Return the number of appointments."""
        return len(self._sequences)

    def add(self, appointment: str, stored: StoredSnapshot, identity: str | None) -> None:
        """Add the snapshot. Count it when its identity is known, or a newer snapshot was stored
        before. An identity of None is never known.
        """
        self.repeated += identity in self._identities
        if identity:
            self._identities.add(identity)
        if stored.modified_at is not None:
            self._compare(appointment, stored.modified_at)
        self._sequences.setdefault(appointment, deque()).append(stored)
        self._order.append((appointment, identity))
        if len(self._order) > self._limit:
            self._forget_oldest()

    def sequences(self, appointment: str | None = None) -> dict[str, list[StoredSnapshot]]:
        """Return the snapshots of each appointment, or of this one only, in the order of
        storing.
        """
        chosen = self._sequences if appointment is None else [appointment]
        return {key: list(self._sequences.get(key, ())) for key in chosen}

    def _compare(self, appointment: str, modified_at: datetime) -> None:
        newest = self._newest.get(appointment)
        if newest is None or modified_at >= newest:
            self._newest[appointment] = modified_at
        else:
            self.out_of_order += 1

    def _forget_oldest(self) -> None:
        appointment, identity = self._order.popleft()
        sequence = self._sequences[appointment]
        sequence.popleft()
        self._identities.discard(identity or "")
        if not sequence:
            del self._sequences[appointment]
            self._newest.pop(appointment, None)
