"""All simulated back offices by name. The first call creates a back office."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from simulator.back_offices.back_office import BackOffice, MemoryLimits
from simulator.back_offices.journal import Journal
from simulator.errors import TooManyError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.authentication.requirements import Requirement

BACK_OFFICE_NAME = "[a-z0-9][a-z0-9-]{0,39}"
MAX_BACK_OFFICES = 100
"""The default of the setting."""
JOURNAL_CALLS = 200_000
"""The number of calls in the journal, by default."""


class BackOffices:
    """Back offices with the same memory limits.

    Those named in ``authentication`` require it from their first call.
    """

    def __init__(
        self,
        limits: MemoryLimits,
        most: int = MAX_BACK_OFFICES,
        calls: int = JOURNAL_CALLS,
        authentication: Mapping[str, Requirement] = MappingProxyType({}),
    ) -> None:
        self._limits = limits
        self._most = most
        self._found: dict[str, BackOffice] = {}
        self.journal = Journal(calls)
        for name, requirement in authentication.items():
            self.get_or_create(name).require_authentication(requirement)

    def get_or_create(self, name: str) -> BackOffice:
        """Return the back office, or create it. Raises TooManyError."""
        return self._found.get(name) or self._create(name)

    def get(self, name: str) -> BackOffice:
        """Return the back office, or an empty one that is not stored."""
        return self._found.get(name) or BackOffice(self._limits)

    def clear(self, name: str) -> None:
        """Delete the back office's calls. Faults, secret and authentication stay."""
        self.get(name).clear()
        if self.get(name).is_unused:
            self._found.pop(name, None)

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """The counters of each back office."""
        return {name: found.counts for name, found in self._found.items()}

    def _create(self, name: str) -> BackOffice:
        if len(self._found) >= self._most:
            raise TooManyError(
                f"there are {self._most} back offices already, delete one with DELETE "
                "/back-offices/{name}"
            )
        self._found[name] = BackOffice(self._limits)
        return self._found[name]
