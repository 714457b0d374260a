"""The cache of back office clients.

A client is built once for each version of a connector, so that tokens, connections and opened
secrets are used again.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from common.contracts.connector import Connector
    from dispatcher.back_offices.table import BackOfficeClient


class BackOfficeClientCache:
    """One client for each connector."""

    def __init__(self, build: Callable[[Connector], BackOfficeClient]) -> None:
        self._build = build
        self._clients: dict[str, tuple[Connector, BackOfficeClient]] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def get(self, connector: Connector) -> BackOfficeClient:
        """Return the connector's client. Changed settings get a new client, also where only the
        stored document was changed and not its version.

        Raises a DeliveryError when the connector's settings cannot be used.
        """
        found = self._clients.get(connector.connector_id)
        if found is not None and found[0] == connector:
            return found[1]
        self._release(connector.connector_id)
        client = self._build(connector)
        self._clients[connector.connector_id] = connector, client
        return client

    async def close(self) -> None:
        """Close idle connections of all clients."""
        for connector_id in list(self._clients):
            self._release(connector_id)
        await asyncio.gather(*self._closing)

    def _release(self, connector_id: str) -> None:
        """Close the client of another version. Its calls under way go on."""
        found = self._clients.pop(connector_id, None)
        if found is not None:
            task = asyncio.get_running_loop().create_task(found[1].close())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)
