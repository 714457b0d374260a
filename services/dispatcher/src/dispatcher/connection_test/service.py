"""Runs the connection tests that portal-api requests. Any replica may run one."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from common import topology
from common.contracts.connector import ConnectionTestStep, ConnectorTested
from common.errors import BrokerUnavailableError
from dispatcher.connection_test.run import ConnectionTestResult, run_connection_test
from dispatcher.unreadable import UnreadableConnector

if TYPE_CHECKING:
    from common.broker import Publisher
    from common.contracts.connector import ConnectorTestRequested
    from dispatcher.back_offices.http_client import SharedResources
    from dispatcher.connector_cache import ConnectorCache

REQUEST_LIFETIME = timedelta(minutes=2)
UNKNOWN = ConnectionTestResult(
    [
        ConnectionTestStep(
            name="address",
            passed=False,
            sentence="The dispatcher does not have this connector, or cannot read it: see its log.",
        )
    ]
)


class ConnectionTestService:
    """ConnectorTestRequested -> ConnectorTested. Requests that are too old are ignored."""

    def __init__(
        self, connectors: ConnectorCache, shared: SharedResources, publisher: Publisher
    ) -> None:
        self._connectors = connectors
        self._shared = shared
        self._publisher = publisher

    async def run(self, request: ConnectorTestRequested) -> None:
        """Test the connector as it is stored now, and publish the steps."""
        if datetime.now(UTC) - request.requested_at > REQUEST_LIFETIME:
            return
        with contextlib.suppress(BrokerUnavailableError):
            await self._connectors.refresh()
        connector = self._connectors.find(request.connector_id)
        result = UNKNOWN
        if connector is not None and not isinstance(connector, UnreadableConnector):
            result = await run_connection_test(connector, self._shared)
        event = ConnectorTested(
            test_id=request.test_id,
            connector_id=request.connector_id,
            steps=tuple(result.steps),
            mapping=result.mapping,
        )
        with contextlib.suppress(BrokerUnavailableError):
            body = event.model_dump_json().encode()
            await self._publisher.publish(
                topology.CONNECTOR_TEST_RESULTS,
                body,
                message_id=request.test_id,
                kind="ConnectorTested",
            )
