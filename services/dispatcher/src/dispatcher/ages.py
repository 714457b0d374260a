"""How long things in hand have waited, asked when Prometheus looks."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Ages:
    """The moments since when things in hand wait."""

    def __init__(self) -> None:
        self._since: dict[object, datetime] = {}

    @contextlib.contextmanager
    def since(self, moment: datetime) -> Iterator[None]:
        """Have something in hand inside this block that waits since this moment."""
        thing = object()
        self._since[thing] = moment
        try:
            yield
        finally:
            del self._since[thing]

    def oldest_s(self, others: Iterable[datetime] = (), now: datetime | None = None) -> float:
        """Return the seconds that the oldest has waited, 0 when there is none; may be asked
        by another thread.
        """
        oldest = min((*tuple(self._since.values()), *others), default=None)
        return max(0.0, ((now or datetime.now(UTC)) - oldest).total_seconds()) if oldest else 0.0
