"""Tests of connections, run by a dispatcher."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from common import topology
from common.contracts.connector import ConnectorTestRequested
from common.errors import BrokerUnavailableError
from portal_api.dispatcher_replies import DispatcherReplies
from portal_api.errors import DispatcherUnavailableError

if TYPE_CHECKING:
    from common.broker import Publisher
    from common.contracts.connector import Connector, ConnectorTested

ANSWER_MARGIN_S = 15.0


class ConnectionTests:
    """The tests whose results this replica waits for."""

    def __init__(self, publisher: Publisher) -> None:
        self._replies: DispatcherReplies[ConnectorTested] = DispatcherReplies(
            publisher, topology.CONNECTOR_TESTS
        )

    async def run(self, connector: Connector) -> ConnectorTested:
        """Request a test and wait for the result, for as long as the connector's timeouts allow.

        Raises DispatcherUnavailableError.
        """
        request = ConnectorTestRequested(
            test_id=uuid.uuid4().hex,
            connector_id=connector.connector_id,
            requested_at=datetime.now(UTC),
        )
        limits = connector.limits
        timeout_s = 3 * limits.connect_timeout_s + limits.total_timeout_s + ANSWER_MARGIN_S
        try:
            return await self._replies.ask(request.test_id, request, timeout_s)
        except (TimeoutError, BrokerUnavailableError) as error:
            raise DispatcherUnavailableError(
                "No dispatcher answered: check on the Status page whether one is running, then "
                "test again"
            ) from error

    def resolve(self, tested: ConnectorTested) -> None:
        """Pass a result to the waiting request. Results of other replicas' requests are ignored."""
        self._replies.resolve(tested.test_id, tested)
