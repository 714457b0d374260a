"""The cache of connectors. It is refreshed at each change and every few seconds."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import structlog

from common.database import retry_while_unavailable
from common.errors import BrokerUnavailableError
from dispatcher.event_wait import wait_at_most
from dispatcher.metrics import CONNECTOR_VERSION
from dispatcher.unreadable import UnreadableConnector, parse_connector

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from motor.motor_asyncio import AsyncIOMotorDatabase

    from common.contracts.connector import Connector

log = structlog.get_logger()
RETRY_INTERVAL_S = 1.0


class ConnectorCache:
    """Finds connectors by id and by source app, in memory.

    ``updated`` is awaited with all connectors before new ones are used.
    """

    def __init__(
        self,
        database: AsyncIOMotorDatabase[dict[str, Any]],
        updated: Callable[[Sequence[Connector]], Awaitable[None]],
        *,
        ignore_case: bool,
    ) -> None:
        self._collection = database["connectors"]
        self._updated = updated
        self._ignore_case = ignore_case
        self._by_id: Mapping[str, Connector] = {}
        self._by_source_app: Mapping[str, Sequence[Connector]] = {}
        self._is_stale = asyncio.Event()
        self._refreshing = asyncio.Lock()
        self._next_refresh: asyncio.Task[None] | None = None
        self._unreadable: dict[str, tuple[str, ...]] = {}

    def find(self, connector_id: str) -> Connector | None:
        """Return the present version of the connector, or None."""
        return self._by_id.get(connector_id)

    async def find_for_source_app(
        self, source_app: str | None, source_type: str | None
    ) -> list[Connector]:
        """Return the connectors of the source app. The cache is refreshed when it has none.

        So a connector is known from the moment at which the API has confirmed its creation.
        """
        found = self._matching(source_app, source_type)
        if found or not source_app:
            return found
        await self.wait_for_refresh()
        return self._matching(source_app, source_type)

    async def refresh(self) -> None:
        """Read all connectors, open their lanes, then use them.

        Raises BrokerUnavailableError.
        """
        async with self._refreshing:
            await self._load()

    def refresh_soon(self) -> None:
        """Refresh in the background. Several calls cause one refresh."""
        self._is_stale.set()

    async def wait_for_refresh(self) -> None:
        """Return after a refresh that began after this call. Callers share refreshes.

        Waits while RabbitMQ is unavailable.
        """
        if self._next_refresh is None:
            loop = asyncio.get_running_loop()
            self._next_refresh = loop.create_task(self._refresh_when_available())
        await asyncio.shield(self._next_refresh)

    async def run(self, interval_s: float) -> None:
        """Refresh at each change and at least every ``interval_s`` seconds, until cancelled."""
        while True:
            await wait_at_most(self._is_stale, interval_s)
            self._is_stale.clear()
            try:
                await self.refresh()
            except BrokerUnavailableError:
                log.warning("connectors are not refreshed until RabbitMQ is available")

    def _matching(self, source_app: str | None, source_type: str | None) -> list[Connector]:
        """Return every connector of the source app.

        A source type filters where the connector names one (domain.md, 3.6).
        """
        found = self._by_source_app.get(self._fold(source_app or ""), ())
        wanted = self._fold(source_type or "")
        return [c for c in found if not c.source_type or self._fold(c.source_type) == wanted]

    async def _refresh_when_available(self) -> None:
        async with self._refreshing:
            self._next_refresh = None
            while True:
                try:
                    return await self._load()
                except BrokerUnavailableError:
                    await asyncio.sleep(RETRY_INTERVAL_S)

    async def _load(self) -> None:
        connectors = await self._read()
        await self._updated(connectors)
        self._by_id = {c.connector_id: c for c in connectors}
        by_app: dict[str, list[Connector]] = {}
        for connector in connectors:
            by_app.setdefault(self._fold(connector.source_app), []).append(connector)
        self._by_source_app = by_app
        for connector in connectors:
            CONNECTOR_VERSION.labels(connector.connector_id).set(connector.version)

    async def _read(self) -> list[Connector]:
        documents: list[dict[str, Any]] = []
        async for trial in retry_while_unavailable():
            with trial:
                documents = await self._collection.find().to_list(None)
        connectors = [parse_connector(document) for document in documents]
        self._report_unreadable(documents, connectors)
        return [connector for connector in connectors if connector is not None]

    def _report_unreadable(
        self, documents: Sequence[dict[str, Any]], connectors: Sequence[Connector | None]
    ) -> None:
        """Log each connector once when it has become unreadable for this version."""
        unreadable = {
            document["_id"]: getattr(connector, "fields", ("source_app",))
            for document, connector in zip(documents, connectors, strict=True)
            if connector is None or isinstance(connector, UnreadableConnector)
        }
        for connector_id, fields in unreadable.items() - self._unreadable.items():
            log.error("a stored connector cannot be read", connector_id=connector_id, fields=fields)
        self._unreadable = unreadable

    def _fold(self, code: str) -> str:
        return code.casefold() if self._ignore_case else code
