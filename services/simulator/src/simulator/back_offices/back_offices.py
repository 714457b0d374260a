"""All simulated back offices by name; one begins when it is first spoken to."""

from __future__ import annotations

from simulator.back_offices.back_office import BackOffice, MemoryLimits
from simulator.back_offices.journal import Journal
from simulator.errors import TooManyError

MOST_BACK_OFFICES = 100
"""Unless the setting says otherwise."""
JOURNAL_CALLS = 200_000
"""Calls that the journal lists, unless the setting says otherwise."""


class BackOffices:
    """Back offices that all keep the same amount in memory."""

    def __init__(
        self, limits: MemoryLimits, most: int = MOST_BACK_OFFICES, calls: int = JOURNAL_CALLS
    ) -> None:
        self._limits = limits
        self._most = most
        self._found: dict[str, BackOffice] = {}
        self.journal = Journal(calls)

    def get_or_create(self, name: str) -> BackOffice:
        """Return the back office, a new one if need be; raises TooManyError."""
        return self._found.get(name) or self._create(name)

    def get(self, name: str) -> BackOffice:
        """Return the back office, or one as new that is not kept."""
        return self._found.get(name) or BackOffice(self._limits)

    def clear(self, name: str) -> None:
        """Forget what the back office was sent; faults, secret and authentication stay."""
        self.get(name).clear()
        if self.get(name).is_unused:
            self._found.pop(name, None)

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """The counts of each back office."""
        return {name: found.counts for name, found in self._found.items()}

    def _create(self, name: str) -> BackOffice:
        if len(self._found) >= self._most:
            raise TooManyError(
                f"there are {self._most} back offices already; forget one with DELETE "
                "/back-offices/{name}"
            )
        self._found[name] = BackOffice(self._limits)
        return self._found[name]
