"""Requests that a dispatcher maps again, for the people who may read them."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from common import topology
from common.contracts.mapped_request import MappedRequestRequested
from common.errors import BrokerUnavailableError
from portal_api.dispatcher_replies import DispatcherReplies
from portal_api.errors import MappingUnavailableError

if TYPE_CHECKING:
    from common.broker import Publisher
    from common.contracts.appointment import Action
    from common.contracts.mapped_request import RequestMapped
    from common.contracts.transaction import TransactionReceived
    from portal_api.connectors.connection_tests import ConnectionTests

ANSWER_TIMEOUT_S = 15.0


class Attempted(NamedTuple):
    """The facts of an attempt that decide about its calls."""

    delivery_id: str
    connector_id: str
    connector_version: int
    action: Action
    transaction: TransactionReceived


class RequestViews:
    """The requests whose calls this replica waits for."""

    def __init__(self, publisher: Publisher, timeout_s: float = ANSWER_TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._replies: DispatcherReplies[RequestMapped] = DispatcherReplies(
            publisher, topology.REQUEST_MAPPINGS
        )

    async def run(self, attempted: Attempted) -> RequestMapped:
        """Request the calls of an attempt and wait for them. Raises MappingUnavailableError."""
        request = MappedRequestRequested(
            view_id=uuid.uuid4().hex, requested_at=datetime.now(UTC), **attempted._asdict()
        )
        try:
            return await self._replies.ask(request.view_id, request, self._timeout_s)
        except (TimeoutError, BrokerUnavailableError) as error:
            raise MappingUnavailableError(
                "No dispatcher answered: check on the Status page whether one is running, then "
                "try again"
            ) from error

    def resolve(self, mapped: RequestMapped) -> None:
        """Pass a result to the waiting request. Results of other replicas' requests are ignored."""
        self._replies.resolve(mapped.view_id, mapped)


class DispatcherQuestions(NamedTuple):
    """The questions to dispatchers whose answers this replica waits for."""

    tests: ConnectionTests
    views: RequestViews
