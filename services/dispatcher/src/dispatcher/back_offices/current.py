"""The back office of the connector as it is now: built once per version, so that tokens,
connections and opened secrets are kept.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from common.contracts.connector import Connector
    from dispatcher.back_offices.table import BackOffice


class Current:
    """One lane's back office."""

    def __init__(self, build: Callable[[Connector], BackOffice]) -> None:
        self._build = build
        self._found: tuple[int, BackOffice] | None = None
        self._closing: set[asyncio.Task[None]] = set()

    def of(self, connector: Connector) -> BackOffice:
        """Return it, a new one for a new version; raises a DeliveryError when its
        credentials are incomplete.
        """
        if self._found is None or self._found[0] != connector.version:
            self._let_go()
            self._found = connector.version, self._build(connector)
        return self._found[1]

    async def close(self) -> None:
        """Let go of kept connections."""
        self._let_go()
        await asyncio.gather(*self._closing)

    def _let_go(self) -> None:
        if self._found is not None:
            task = asyncio.get_running_loop().create_task(self._found[1].close())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)
            self._found = None
