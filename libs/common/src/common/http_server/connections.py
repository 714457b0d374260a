"""The open connections of one server, and which of them is closed when there are too many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:

    class Connection(Protocol):
        """One connection, as far as this module uses it."""

        def evict(self) -> None:
            """Close the connection, because a newer one needs its place."""
            ...


class Connections:
    """Counts open connections up to ``most``.

    A caller without credentials can open any number of connections and send nothing. So the
    connection that has waited longest for its next whole request gives its place to a new one, and
    the new one can send its request at once.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: set[Connection] = set()
        self._waiting: dict[Connection, None] = {}

    def opened(self, connection: Connection) -> bool:
        """Count a new connection. Return False when every other connection works on a request."""
        if len(self._open) >= self._most and self._waiting:
            oldest = next(iter(self._waiting))
            self.closed(oldest)
            oldest.evict()
        self._open.add(connection)
        self._waiting[connection] = None
        return len(self._open) <= self._most

    def closed(self, connection: Connection) -> None:
        """Forget a connection."""
        self._open.discard(connection)
        self._waiting.pop(connection, None)

    def works(self, connection: Connection) -> None:
        """The connection has sent a whole request, so it keeps its place until the answer."""
        self._waiting.pop(connection, None)

    def waits(self, connection: Connection) -> None:
        """The connection has its answer, so it can be closed."""
        if connection in self._open:
            self._waiting[connection] = None
