"""Makes HTTP calls. No other module knows the exceptions of the HTTP client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp import BytesPayload, ClientSession, ClientTimeout, TCPConnector, TraceConfig
from multidict import CIMultiDict

from common.address import exact_url
from common.traces.spans import current_traceparent
from dispatcher.back_offices.address_policy import ForbiddenAddressError
from dispatcher.back_offices.bounded_protocol import bound
from dispatcher.back_offices.calls import HttpResponse, exchange_of, host_of
from dispatcher.back_offices.tls import ssl_context_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.abc import AbstractStreamWriter

    from common.contracts.connector import Connector
    from dispatcher.back_offices.address_policy import AddressPolicy
    from dispatcher.back_offices.calls import HttpCall
    from dispatcher.back_offices.faults import FaultTranslator

KEEP_ALIVE_S = 4.0
"""Seconds that an idle connection stays open. Servers keep connections longer. A POST on a
connection that the server has just closed has an unknown outcome.
"""
LONGEST_HEADER = 64 * 1024
SESSION_HEADERS = {"User-Agent": "mboc-dispatcher", "Accept-Encoding": "identity"}
"""The headers of every call."""
_FAULT_NAMES: tuple[tuple[type[Exception], str], ...] = (
    (aiohttp.ConnectionTimeoutError, "no connection"),
    (TimeoutError, "no answer"),
    (aiohttp.ClientSSLError, "TLS"),
    (aiohttp.ClientConnectorDNSError, "name"),
    (aiohttp.ClientConnectorError, "refused"),
    (ValueError, "bad address"),
    (aiohttp.NonHttpUrlClientError, "bad address"),
    (aiohttp.ClientError, "cut"),
)
"""From the special exception to the general one."""
_BEFORE_REQUEST = {"no answer": "no connection", "cut": "closed"}
_WITHOUT_PAYLOAD = {"no answer": "silent", "cut": "closed"}
_QUESTION = {"no answer": "unanswered question", "cut": "cut question"}


class _Body(BytesPayload):
    """The body of one call. It records whether the HTTP client began to send it, and finished."""

    def __init__(self, call: HttpCall) -> None:
        super().__init__(call.body)
        self.same_connection = call.same_connection
        self.is_begun = False
        self.is_sent = not call.body

    async def write_with_length(
        self, writer: AbstractStreamWriter, content_length: int | None
    ) -> None:
        """Send the body. The connection is open by now, and the head of the request is sent."""
        self.is_begun = True
        await super().write_with_length(writer, content_length)
        self.is_sent = True


class _ConnectionLostError(aiohttp.ClientConnectionError):
    """The connection that the call depends on is gone."""


async def _connecting(_session: ClientSession, context: Any, _parameters: object) -> None:
    if context.trace_request_ctx.same_connection:
        raise _ConnectionLostError


def _same_connection() -> TraceConfig:
    """Return the hook of the HTTP client that enforces ``same_connection``."""
    config = TraceConfig()
    config.on_connection_create_start.append(_connecting)
    return config


def open_session(addresses: AddressPolicy, limit: int = 0) -> ClientSession:
    """Return an HTTP client of ``limit`` connections. Without a limit there are as many as calls.

    Only a client with a limit supports ``HttpCall.same_connection``.
    """
    connector = bound(
        TCPConnector(
            limit=limit,
            keepalive_timeout=KEEP_ALIVE_S,
            ttl_dns_cache=30,
            socket_factory=addresses.open_socket,
        )
    )
    return ClientSession(
        connector=connector,
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers=SESSION_HEADERS,
        max_line_size=LONGEST_HEADER,
        max_field_size=LONGEST_HEADER,
        trace_configs=[_same_connection()] if limit else None,
    )


class HttpTransport:
    """Makes the calls of one connector and sends their trace context.

    Raises a DeliveryError when no response came.
    """

    def __init__(
        self,
        session: ClientSession,
        connector: Connector,
        faults: FaultTranslator,
        extra: Mapping[str, str],
        *,
        sends_trace: bool = False,
    ) -> None:
        self._session = session
        self._faults = faults
        self._extra = extra
        self._sends_trace = sends_trace
        limits = connector.limits
        # ``connect`` bounds the wait for a pooled connection, the name lookup and TLS as well.
        self._timeout = ClientTimeout(
            total=limits.total_timeout_s,
            connect=limits.connect_timeout_s,
            sock_connect=limits.connect_timeout_s,
        )
        self._ssl = ssl_context_for(connector.ca_certificate)

    async def __call__(self, call: HttpCall, session: ClientSession | None = None) -> HttpResponse:
        """Make one call, with another session if one is given."""
        payload = _Body(call)
        request = (session or self._session).request(
            call.method,
            exact_url(call.url),
            data=payload,
            headers=self._headers(call),
            timeout=self._timeout,
            ssl=self._ssl,
            allow_redirects=False,
            trace_request_ctx=payload,
        )
        try:
            async with request as response:
                body, is_whole = await _read(response, call.max_bytes)
                exchange = exchange_of(call, response.status, len(body))
                result = HttpResponse(
                    response.status,
                    response.headers,
                    body,
                    is_whole,
                    exchange,
                    is_question=call.is_question,
                )
                if result.is_success and not payload.is_sent:
                    raise self._faults.transport_error("early", result)
                return result
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            what = _fault_name(error, call, is_begun=payload.is_begun)
            raise self._faults.transport_error(
                what,
                exchange=exchange_of(call, is_begun=payload.is_begun),
                host=host_of(call.url),
                seconds=self._seconds(what),
            ) from error

    def _headers(self, call: HttpCall) -> CIMultiDict[str]:
        """Return the headers, each of them once. Those of the call override the extra ones."""
        headers = CIMultiDict(self._extra)
        headers.update(call.headers)
        if self._sends_trace and (traceparent := current_traceparent()) is not None:
            headers["traceparent"] = traceparent
        return headers

    def _seconds(self, what: str) -> float:
        """Return the timeout that ended the call."""
        total = self._timeout.total or 0.0
        return min(self._timeout.connect or 0.0, total) if what == "no connection" else total


async def _read(response: aiohttp.ClientResponse, max_bytes: int) -> tuple[bytes, bool]:
    """Return at most ``max_bytes`` of the body, and whether that is the whole body.

    The status is known at this point, so an error in the body is no failure of the call.
    """
    body = bytearray()
    if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        return b"", False
    try:
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > max_bytes:
                return bytes(body[:max_bytes]), False
    except (aiohttp.ClientError, TimeoutError):
        return bytes(body), False
    return bytes(body), True


def _fault_name(error: Exception, call: HttpCall, *, is_begun: bool) -> str:
    """Return the catalogue's name of the fault. An outcome is unknown only after a payload was
    sent.
    """
    if isinstance(getattr(error, "os_error", None), ForbiddenAddressError):
        return "forbidden address"
    word = next(word for kind, word in _FAULT_NAMES if isinstance(error, kind))
    if not is_begun:
        return _BEFORE_REQUEST.get(word, word)
    if call.is_question:
        return _QUESTION.get(word, word)
    return word if call.body else _WITHOUT_PAYLOAD.get(word, word)
