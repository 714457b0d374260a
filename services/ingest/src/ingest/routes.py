"""What arrives over HTTP: Dime.Scheduler's webhook, one address per action
(domain.md, 4.2 and 9.2).
"""

from __future__ import annotations

from datetime import UTC
from types import MappingProxyType
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from common.broker import BrokerAwayError
from common.contracts.appointment import Action
from common.contracts.traceparent import read_traceparent
from common.problem import problem
from common.traces.spans import SpanKind, begin_trace
from ingest.accept import Accept, read_changes
from ingest.errors import InvalidFieldError, UnreadableError
from ingest.metrics import REFUSALS, accepted_of
from ingest.secrets import is_authorised

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from starlette.types import Receive, Scope, Send

    from common.traces.spans import Span

RETRY_AFTER_S = 5
BROKER_AWAY = 503
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
    routes = {f"/webhooks/{{source}}/{end}": action for end, action in ADDRESSES.items()}
    return [
        Route(route, Webhook(accept, secrets, body_limit, zones, action, route), methods=["POST"])
        for route, action in routes.items()
    ]


class Webhook:
    """One address as a bare ASGI application: a typed route costs more here than broker and
    validation together.
    """

    def __init__(
        self,
        accept: Accept,
        secrets: Mapping[str, bytes],
        body_limit: int,
        zones: Mapping[str, tzinfo],
        action: Action,
        route: str,
    ) -> None:
        self._accept = accept
        self._secrets = secrets
        self._limit = body_limit
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
        if (
            headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
            != b"application/json"
        ):
            return problem(415, "Content-Type must be application/json")
        with begin_trace(
            self._name,
            SpanKind.SERVER,
            read_traceparent(headers.get(b"traceparent", b"").decode("latin-1")),
            lambda: self._facts,
        ) as span:
            response = await self._read(source, headers, receive, span)
            span.note(mboc__source=source, http__response__status_code=response.status_code)
            if response.status_code == BROKER_AWAY:
                span.failed(str(BROKER_AWAY))
        return response

    async def _read(
        self, source: str, headers: Mapping[bytes, bytes], receive: Receive, span: Span
    ) -> Response:
        body = await _body(headers, receive, self._limit)
        if body is None:
            return problem(413, f"The body is larger than {self._limit} bytes")
        return await self._accepted(source, body, span)

    async def _accepted(self, source: str, body: bytes, span: Span) -> Response:
        try:
            transactions = read_changes(
                source, self._action, body, span.traceparent, self._zones.get(source, UTC)
            )
            await self._accept(transactions)
        except UnreadableError as error:
            return problem(400, str(error), [{"field": "body", "message": str(error)}])
        except InvalidFieldError as error:
            return problem(422, str(error), error.errors)
        except BrokerAwayError:
            return problem(
                BROKER_AWAY,
                "Nothing was accepted: RabbitMQ did not confirm. Send it again",
                headers={"Retry-After": str(RETRY_AFTER_S)},
            )
        return JSONResponse(
            {"transactions": [t.transaction_id for t in transactions]}, status_code=202
        )


async def _body(headers: Mapping[bytes, bytes], receive: Receive, limit: int) -> bytes | None:
    """Return the body, or None when it is larger than the limit."""
    announced = headers.get(b"content-length", b"0")
    if announced.isdigit() and int(announced) > limit:
        return None
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        part = message.get("body", b"")
        parts.append(part)
        size += len(part)
        if size > limit:
            return None
        more = message.get("more_body", False)
    return b"".join(parts)
