"""Tests of connections, run by a dispatcher."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from common import topology
from common.contracts.connector import ConnectorTestRequested
from common.errors import BrokerUnavailableError
from portal_api.errors import DispatcherUnavailableError

if TYPE_CHECKING:
    from common.broker import Publisher
    from common.contracts.connector import Connector, ConnectorTested

ANSWER_MARGIN_S = 15.0


class ConnectionTests:
    """The tests whose results this replica waits for."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._waiting: dict[str, asyncio.Future[ConnectorTested]] = {}

    async def run(self, connector: Connector) -> ConnectorTested:
        """Request a test and wait for the result, for as long as the connector's timeouts allow.

        Raises DispatcherUnavailableError.
        """
        request = ConnectorTestRequested(
            test_id=uuid.uuid4().hex,
            connector_id=connector.connector_id,
            requested_at=datetime.now(UTC),
        )
        future: asyncio.Future[ConnectorTested] = asyncio.get_running_loop().create_future()
        self._waiting[request.test_id] = future
        try:
            async with asyncio.timeout(
                3 * connector.limits.connect_timeout_s
                + connector.limits.total_timeout_s
                + ANSWER_MARGIN_S
            ):
                body = request.model_dump_json().encode()
                await self._publisher.publish(
                    topology.CONNECTOR_TESTS,
                    body,
                    message_id=request.test_id,
                    kind="ConnectorTestRequested",
                )
                return await future
        except (TimeoutError, BrokerUnavailableError) as error:
            raise DispatcherUnavailableError(
                "No dispatcher answered: check on the Status page whether one is running, then "
                "test again"
            ) from error
        finally:
            del self._waiting[request.test_id]

    def resolve(self, tested: ConnectorTested) -> None:
        """Pass a result to the waiting request. Results of other replicas' requests are ignored."""
        future = self._waiting.get(tested.test_id)
        if future is not None and not future.done():
            future.set_result(tested)
