"""Requests that a dispatcher maps again, for the people who may read them."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from common import topology
from common.contracts.mapped_request import MappedRequestRequested
from common.errors import BrokerUnavailableError
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
        self._publisher = publisher
        self._timeout_s = timeout_s
        self._waiting: dict[str, asyncio.Future[RequestMapped]] = {}

    async def run(self, attempted: Attempted) -> RequestMapped:
        """Request the calls of an attempt and wait for them. Raises MappingUnavailableError."""
        request = MappedRequestRequested(
            view_id=uuid.uuid4().hex, requested_at=datetime.now(UTC), **attempted._asdict()
        )
        future: asyncio.Future[RequestMapped] = asyncio.get_running_loop().create_future()
        self._waiting[request.view_id] = future
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._publisher.publish(
                    topology.REQUEST_MAPPINGS,
                    request.model_dump_json().encode(),
                    message_id=request.view_id,
                    kind="MappedRequestRequested",
                )
                return await future
        except (TimeoutError, BrokerUnavailableError) as error:
            raise MappingUnavailableError(
                "No dispatcher answered: check on the Status page whether one is running, then "
                "try again"
            ) from error
        finally:
            del self._waiting[request.view_id]

    def resolve(self, mapped: RequestMapped) -> None:
        """Pass a result to the waiting request. Results of other replicas' requests are ignored."""
        future = self._waiting.get(mapped.view_id)
        if future is not None and not future.done():
            future.set_result(mapped)


class DispatcherQuestions(NamedTuple):
    """The questions to dispatchers whose answers this replica waits for."""

    tests: ConnectionTests
    views: RequestViews
