"""The outer layer of every application: it adds the strict headers, and answers unexpected errors.

It stands around the application and its framework, so that no answer can be without it.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import structlog
from starlette.requests import ClientDisconnect

from common.http_server.headers import STRICT_HEADERS, as_bytes
from common.metrics import UNEXPECTED_ERRORS
from common.problem import unexpected_error

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger()
OTHER = "other"
"""The route of a request that reached none."""
UNEXPECTED_ERRORS.labels(OTHER)  # a series that begins at 0


class OuterLayer:
    """Adds ``headers`` to each answer that does not set them.

    An exception of the application becomes one log line with its stack trace, a count, and a
    problem document (RFC 9457) with the ``error_id`` of the line. The exception's text is in none
    of them, because it may quote input.
    """

    def __init__(self, app: ASGIApp, headers: Mapping[str, str] = STRICT_HEADERS) -> None:
        self._app = app
        self._headers = as_bytes(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. A client that left within its body is no error.

        Raises the application's exception after an answer has begun, so that the server cuts the
        connection and no answer looks complete.
        """
        has_begun = False

        async def send_with_headers(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                message["headers"] = self._with_strict(message.get("headers", ()))
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except ClientDisconnect:
            return
        except Exception as error:
            error_id = str(uuid.uuid4())
            _record(error, error_id, scope)
            if has_begun:
                raise
            await unexpected_error(error_id)(scope, receive, send_with_headers)

    def _with_strict(self, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        present = {name for name, _ in headers}
        return [*headers, *(header for header in self._headers if header[0] not in present)]


def _record(error: Exception, error_id: str, scope: Scope) -> None:
    route = getattr(scope.get("route"), "path", None) or OTHER
    UNEXPECTED_ERRORS.labels(route).inc()
    log.error(
        "unexpected error of a request",
        error_id=error_id,
        method=scope.get("method"),
        route=route,
        exc_info=error,
    )
