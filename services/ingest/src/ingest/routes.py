"""The webhook of Dime.Scheduler, with one URL per action (domain.md, 4.2 and 9.2)."""

from __future__ import annotations

import asyncio
from datetime import UTC
from types import MappingProxyType
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from common.contracts.appointment import Action
from common.contracts.traceparent import read_traceparent
from common.errors import BrokerUnavailableError
from common.traces.spans import SpanKind, start_trace
from ingest.body_reader import BodyReader
from ingest.callers import Callers
from ingest.changes import read_changes
from ingest.error_responses import (
    UNAVAILABLE,
    error_response,
    media_type_refusal,
    unavailable_response,
)
from ingest.errors import IngestError
from ingest.metrics import REFUSALS, accepted_counter
from ingest.transaction_publisher import TransactionPublisher

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import tzinfo

    from starlette.types import Receive, Scope, Send

    from common.client_address import Network
    from common.contracts.transaction import TransactionReceived
    from common.traces.spans import Span

THREAD_BYTES = 8 * 1024
"""A larger body is parsed in a thread, because parsing would block other requests. One usual
appointment is smaller.
"""
ACTIONS = {
    "appointment-created": Action.CREATE,
    "appointment-updated": Action.UPDATE,
    "appointment-deleted": Action.DELETE,
}


def webhooks(
    publisher: TransactionPublisher,
    secrets: Mapping[str, bytes],
    body_limit: int,
    zones: Mapping[str, tzinfo] = MappingProxyType({}),
    proxies: Sequence[Network] = (),
) -> list[Route]:
    """Return ``POST /webhooks/{source}/appointment-…`` for the three actions.

    ``zones`` are the time zones of sources whose dates without offset are not in UTC. ``proxies``
    are the reverse proxies that name the client. The counters of every source begin at 0.
    """
    for source in secrets:
        for action in Action:
            accepted_counter(source, action)
    bodies = BodyReader(body_limit)
    callers = Callers(secrets, proxies)
    routes = {f"/webhooks/{{source}}/{end}": action for end, action in ACTIONS.items()}
    return [
        Route(route, Webhook(publisher, bodies, callers, zones, action, route), methods=["POST"])
        for route, action in routes.items()
    ]


class Webhook:
    """One route as a plain ASGI application.

    A typed route costs more time here than RabbitMQ and validation together.
    """

    def __init__(
        self,
        publisher: TransactionPublisher,
        bodies: BodyReader,
        callers: Callers,
        zones: Mapping[str, tzinfo],
        action: Action,
        route: str,
    ) -> None:
        self._publisher = publisher
        self._bodies = bodies
        self._callers = callers
        self._zones = zones
        self._action = action
        self._span_name = f"POST {route}"
        self._attributes = {
            "http.request.method": "POST",
            "http.route": route,
            "mboc.action": str(action),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to one request."""
        response = await self._respond(scope, receive)
        if response.status_code in REFUSALS:
            self._callers.record_refusal(scope, response.status_code)
        await response(scope, receive, send)

    async def _respond(self, scope: Scope, receive: Receive) -> Response:
        headers, source = dict(scope["headers"]), scope["path_params"]["source"]
        if refusal := self._callers.refusal_of(scope, source, headers):
            return refusal
        if refusal := media_type_refusal(headers):
            return refusal
        with start_trace(
            self._span_name,
            SpanKind.SERVER,
            read_traceparent(headers.get(b"traceparent", b"").decode("latin-1")),
            lambda: self._attributes,
        ) as span:
            response = await self._accept_or_refuse(source, headers, receive, span)
            span.set_attributes(
                mboc__source=source, http__response__status_code=response.status_code
            )
            if response.status_code == UNAVAILABLE:
                span.failed(str(UNAVAILABLE))
        return response

    async def _accept_or_refuse(
        self, source: str, headers: Mapping[bytes, bytes], receive: Receive, span: Span
    ) -> Response:
        try:
            transactions = await self._accept(source, headers, receive, span)
        except IngestError as error:
            return error_response(error)
        except BrokerUnavailableError:
            return unavailable_response("RabbitMQ did not confirm")
        ids = [transaction.transaction_id for transaction in transactions]
        return JSONResponse({"transactions": ids}, status_code=202)

    async def _accept(
        self, source: str, headers: Mapping[bytes, bytes], receive: Receive, span: Span
    ) -> list[TransactionReceived]:
        """Return the published transactions; raises IngestError, BrokerUnavailableError."""
        size = self._bodies.size_of(headers)
        self._publisher.check()
        await self._bodies.reserve(size, self._publisher.timeout_s)
        try:
            body = await self._bodies.read(receive)
            transactions = await self._read_changes(source, body, span)
            await self._publisher.publish(transactions)
        finally:
            self._bodies.release(size)
        return transactions

    async def _read_changes(
        self, source: str, body: bytes, span: Span
    ) -> list[TransactionReceived]:
        zone = self._zones.get(source, UTC)
        arguments = source, self._action, body, span.traceparent, zone
        if len(body) < THREAD_BYTES:
            return read_changes(*arguments)
        return await asyncio.to_thread(read_changes, *arguments)
