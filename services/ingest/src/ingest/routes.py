"""What arrives over HTTP: Dime.Scheduler's webhook, one address per action
(domain.md, 4.2 and 9.2).
"""

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
from common.problem import problem
from common.traces.spans import SpanKind, start_trace
from ingest.authentication import is_authorised
from ingest.body_reader import Bodies
from ingest.error_responses import BROKER_AWAY, away, refusal_of, refused_form
from ingest.errors import IngestError
from ingest.metrics import REFUSALS, accepted_of
from ingest.transaction_publisher import Accept, read_changes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from starlette.types import Receive, Scope, Send

    from common.contracts.transaction import TransactionReceived
    from common.traces.spans import Span

LARGE = 256 * 1024
ADDRESSES = {
    "appointment-created": Action.CREATE,
    "appointment-updated": Action.UPDATE,
    "appointment-deleted": Action.DELETE,
}


def webhooks(
    accept: Accept,
    secrets: Mapping[str, bytes],
    body_limit: int,
    zones: Mapping[str, tzinfo] = MappingProxyType({}),
) -> list[Route]:
    """Return ``POST /webhooks/{source}/appointment-…`` for the three actions; counters of every
    source begin at 0. ``zones`` are the time zones of sources whose dates without offset are not
    UTC.
    """
    for source in secrets:
        for action in Action:
            accepted_of(source, action)
    bodies = Bodies(body_limit)
    routes = {f"/webhooks/{{source}}/{end}": action for end, action in ADDRESSES.items()}
    return [
        Route(route, Webhook(accept, bodies, secrets, zones, action, route), methods=["POST"])
        for route, action in routes.items()
    ]


class Webhook:
    """One address as a bare ASGI application: a typed route costs more here than broker and
    validation together.
    """

    def __init__(
        self,
        accept: Accept,
        bodies: Bodies,
        secrets: Mapping[str, bytes],
        zones: Mapping[str, tzinfo],
        action: Action,
        route: str,
    ) -> None:
        self._accept = accept
        self._bodies = bodies
        self._secrets = secrets
        self._zones = zones
        self._action = action
        self._name = f"POST {route}"
        self._facts = {
            "http.request.method": "POST",
            "http.route": route,
            "mboc.action": str(action),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        response = await self._answer(scope, receive)
        if response.status_code in REFUSALS:
            REFUSALS[response.status_code].inc()
        await response(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        headers, source = dict(scope["headers"]), scope["path_params"]["source"]
        if not is_authorised(self._secrets, source, headers):
            return problem(
                401,
                "Send this source's secret as X-API-KEY, or as the password of HTTP Basic",
                headers={"WWW-Authenticate": "Basic"},
            )
        if refusal := refused_form(headers):
            return refusal
        with start_trace(
            self._name,
            SpanKind.SERVER,
            read_traceparent(headers.get(b"traceparent", b"").decode("latin-1")),
            lambda: self._facts,
        ) as span:
            response = await self._tried(source, headers, receive, span)
            span.set_attributes(
                mboc__source=source, http__response__status_code=response.status_code
            )
            if response.status_code == BROKER_AWAY:
                span.failed(str(BROKER_AWAY))
        return response

    async def _tried(
        self, source: str, headers: Mapping[bytes, bytes], receive: Receive, span: Span
    ) -> Response:
        try:
            accepted = await self._accepted(source, headers, receive, span)
        except IngestError as error:
            return refusal_of(error)
        except BrokerUnavailableError:
            return away("RabbitMQ did not confirm")
        return JSONResponse({"transactions": accepted}, status_code=202)

    async def _accepted(
        self, source: str, headers: Mapping[bytes, bytes], receive: Receive, span: Span
    ) -> list[str]:
        """Return the ids of the transactions; raises IngestError, BrokerAwayError."""
        size = self._bodies.size_of(headers)
        self._accept.check()
        await self._bodies.take(size, self._accept.timeout_s)
        try:
            transactions = await self._read(source, await self._bodies.read(receive), span)
            await self._accept(transactions)
        finally:
            self._bodies.give_back(size)
        return [transaction.transaction_id for transaction in transactions]

    async def _read(self, source: str, body: bytes, span: Span) -> list[TransactionReceived]:
        """Read a large body in a thread: it takes long enough to keep other requests waiting."""
        zone = self._zones.get(source, UTC)
        found = source, self._action, body, span.traceparent, zone
        if len(body) < LARGE:
            return read_changes(*found)
        return await asyncio.to_thread(read_changes, *found)
