"""A cache of item counts, updated from the changes that this replica makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from common.contracts.operation import ItemOutcome
from retry.model.operation import ItemCounts

if TYPE_CHECKING:
    from collections.abc import Iterable


class CountsCache:
    """The item counts of running operations by operation id.

    An entry is invalidated where it may be wrong: at the start, when an update matched fewer items
    than expected, and when a query result contradicts it.
    """

    def __init__(self) -> None:
        self._counts: dict[str, ItemCounts] = {}

    def get(self, operation_id: str) -> ItemCounts | None:
        """Return the cached counts, or None when the items must be counted."""
        return self._counts.get(operation_id)

    def put(self, operation_id: str, counts: ItemCounts) -> None:
        """Store fresh counts."""
        self._counts[operation_id] = counts

    def invalidate(self, operation_id: str) -> None:
        """Drop the entry, so that the items are counted again."""
        self._counts.pop(operation_id, None)

    def apply_update(
        self, operation_id: str, before: ItemOutcome, after: Iterable[ItemOutcome], matched: int
    ) -> None:
        """Apply an update of items from one outcome to others, which matched so many items."""
        outcomes = list(after)
        known = self._counts.get(operation_id)
        if known is None or matched != len(outcomes):
            self.invalidate(operation_id)
            return
        counts = known._asdict()
        counts[before] -= len(outcomes)
        for outcome in outcomes:
            counts[outcome] += 1
            is_tried = before is ItemOutcome.ASKED and outcome is ItemOutcome.SKIPPED
            counts["tried_skipped"] += is_tried
        self._counts[operation_id] = ItemCounts(**counts)

    def compare(self, operation_id: str, outcome: ItemOutcome, count: int) -> None:
        """Invalidate the entry when a query found another number of items of this outcome."""
        known = self._counts.get(operation_id)
        if known is not None and known._asdict()[outcome] != count:
            self.invalidate(operation_id)
