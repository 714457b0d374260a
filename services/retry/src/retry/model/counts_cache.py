"""The counts of operations under way, carried on in memory from what this replica moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from common.contracts.operation import ItemOutcome
from retry.model.operation import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable


class Tallies:
    """A tally is forgotten, and counted again, wherever it may be false: at the beginning, when a
    move found fewer items than it should, and when a list disagrees with it.
    """

    def __init__(self) -> None:
        self._known: dict[str, Tally] = {}

    def get(self, operation_id: str) -> Tally | None:
        """Return the counts, None where they must be counted."""
        return self._known.get(operation_id)

    def keep(self, operation_id: str, tally: Tally) -> None:
        """Keep what was counted."""
        self._known[operation_id] = tally

    def forget(self, operation_id: str) -> None:
        """Have the items counted again."""
        self._known.pop(operation_id, None)

    def moved(
        self, operation_id: str, before: ItemOutcome, after: Iterable[ItemOutcome], found: int
    ) -> None:
        """Carry on after a move of items, of which so many were found as they should be."""
        outcomes, known = list(after), self._known.get(operation_id)
        if known is None or found != len(outcomes):
            self.forget(operation_id)
            return
        counts = known._asdict()
        counts[before] -= len(outcomes)
        for outcome in outcomes:
            counts[outcome] += 1
            is_tried = before is ItemOutcome.ASKED and outcome is ItemOutcome.SKIPPED
            counts["tried_skipped"] += is_tried
        self._known[operation_id] = Tally(**counts)

    def listed(self, operation_id: str, outcome: ItemOutcome, count: int) -> None:
        """Compare with a list that holds every item of an outcome."""
        known = self._known.get(operation_id)
        if known is not None and known._asdict()[outcome] != count:
            self.forget(operation_id)
