"""The number of accepted versions that have not arrived yet, and were not overtaken."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from chaos.connectors import CONNECTORS

if TYPE_CHECKING:
    from chaos.evidence import Accepted, Version


class Waiting:
    """Counts per back office and appointment. An arrived version also settles the older ones."""

    def __init__(self) -> None:
        self._versions: dict[tuple[str, str], set[int]] = defaultdict(set)
        self._newest: dict[tuple[str, str], int] = {}
        self.count = 0
        self.arrived = 0

    def accept(self, change: Accepted) -> None:
        """Record that ingest accepted a change."""
        for connector in CONNECTORS:
            position = connector.name, change.appointment
            is_new = change.version > self._newest.get(position, 0)
            if connector.source_app == change.source_app and is_new:
                self._versions[position].add(change.version)
                self.count += 1

    def arrive(self, version: Version) -> None:
        """Record that a back office stored a version."""
        position = version.back_office, version.appointment
        self.arrived += 1
        self._newest[position] = max(self._newest.get(position, 0), version.version)
        left = {one for one in self._versions[position] if one > version.version}
        self.count -= len(self._versions[position]) - len(left)
        self._versions[position] = left
