"""The open connections of one server, and which of them is closed when there are too many."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Evict = Callable[[], None]


class Connections:
    """Counts open connections up to ``most``.

    A caller without credentials can open any number of connections and send nothing. So the
    connection that has waited longest for its next whole request gives its place to a new one, and
    the new one can send its request at once.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: set[Evict] = set()
        self._waiting: dict[Evict, None] = {}

    def opened(self, evict: Evict) -> bool:
        """Count a new connection, which ``evict`` closes.

        Return False when every other connection works on a request.
        """
        if len(self._open) >= self._most and self._waiting:
            oldest = next(iter(self._waiting))
            self.closed(oldest)
            oldest()
        self._open.add(evict)
        self._waiting[evict] = None
        return len(self._open) <= self._most

    def closed(self, evict: Evict) -> None:
        """Forget a connection."""
        self._open.discard(evict)
        self._waiting.pop(evict, None)

    def works(self, evict: Evict) -> None:
        """The connection has sent a whole request, so it keeps its place until the answer."""
        self._waiting.pop(evict, None)

    def waits(self, evict: Evict) -> None:
        """The connection has its answer, so it can be closed."""
        if evict in self._open:
            self._waiting[evict] = None
