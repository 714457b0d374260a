"""The parts that all connections of one server share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from common.http_server.connections import Connections
from common.metrics import HTTP_REFUSED
from common.refusal_log import RefusalLog

if TYPE_CHECKING:
    from common.http_server.limits import HttpLimits, Refusal


class Edge:
    """The limits of one server, its open connections, and the record of its refusals."""

    def __init__(self, limits: HttpLimits) -> None:
        self.limits = limits
        self.connections = Connections(limits.connections)
        self._refusals = RefusalLog()

    def record(self, refusal: Refusal, client: tuple[str, int] | None) -> None:
        """Count and log a refusal. Behind a reverse proxy the client is the proxy."""
        HTTP_REFUSED.labels(refusal).inc()
        self._refusals.record(client[0] if client else "", refusal)
