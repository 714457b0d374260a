"""One HTTP call, and the only place where the HTTP client's exceptions are known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import aiohttp
from aiohttp import ClientSession, ClientTimeout, TCPConnector

from common.traces.spans import current_traceparent
from dispatcher.back_offices.addresses import ForbiddenAddressError
from dispatcher.back_offices.certificates import trusting
from dispatcher.back_offices.exchanges import leave

if TYPE_CHECKING:
    from collections.abc import Mapping

    from common.contracts.connector import Connector
    from dispatcher.back_offices.addresses import Addresses
    from dispatcher.back_offices.catalogue import Faults

ANSWER_CAP = 256 * 1024
KEEP_ALIVE_S = 4.0
"""Shorter than the servers' own: a POST on a connection that the server just closed has an
unknown outcome.
"""
_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (aiohttp.ConnectionTimeoutError, "no connection"),
    (TimeoutError, "no answer"),
    (aiohttp.ClientSSLError, "TLS"),
    (aiohttp.ClientConnectorDNSError, "name"),
    (aiohttp.ClientConnectorError, "refused"),
    (ValueError, "bad address"),
    (aiohttp.NonHttpUrlClientError, "bad address"),
    (aiohttp.ClientError, "cut"),
)
"""From the special to the general."""


@dataclass(frozen=True, slots=True)
class Call:
    """What is sent; redirects are not followed, compressed answers are not asked for."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    cap: int = ANSWER_CAP


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; not ``is_whole`` when its body was too large, compressed or cut off."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_whole: bool

    @property
    def is_good(self) -> bool:
        """Whether the status is a success (RFC 9110, 15.3)."""
        return 200 <= self.status < 300  # noqa: PLR2004 - that section

    @property
    def retry_after_s(self) -> float | None:
        """Seconds to wait, if the server says so (RFC 9110, 10.2.3)."""
        said = self.headers.get("Retry-After", "")
        return float(said) if said.isdigit() else None


def open_session(addresses: Addresses, limit: int = 0) -> ClientSession:
    """Return an HTTP client of ``limit`` connections, 0 = as many as there are calls."""
    connector = TCPConnector(
        limit=limit,
        keepalive_timeout=KEEP_ALIVE_S,
        ttl_dns_cache=30,
        socket_factory=addresses.open_socket,
    )
    headers = {"User-Agent": "mboc-dispatcher", "Accept-Encoding": "identity"}
    return ClientSession(
        connector=connector,
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers=headers,
    )


class Caller:
    """Makes the calls of one connector, and tells the back office which trace each belongs to;
    raises a DeliveryError when no status came back.
    """

    def __init__(
        self,
        session: ClientSession,
        connector: Connector,
        faults: Faults,
        extra: Mapping[str, str],
        *,
        tells_trace: bool = False,
    ) -> None:
        self._session = session
        self._faults = faults
        self._extra = extra
        self._tells_trace = tells_trace
        limits = connector.limits
        self._timeout = ClientTimeout(
            total=limits.total_timeout_s, sock_connect=limits.connect_timeout_s
        )
        self._ssl = trusting(connector.ca_certificate)

    async def __call__(self, call: Call, session: ClientSession | None = None) -> Answer:
        """Make one call, on a session of its own if one is given."""
        headers = {**self._extra, **call.headers}
        if self._tells_trace and (traceparent := current_traceparent()) is not None:
            headers["traceparent"] = traceparent
        leave(call.method, call.url, len(call.body))
        asking = (session or self._session).request(
            call.method,
            call.url,
            data=call.body,
            headers=headers,
            timeout=self._timeout,
            ssl=self._ssl,
            allow_redirects=False,
        )
        try:
            async with asking as answer:
                body, is_whole = await _read(answer, call.cap)
                leave(call.method, call.url, len(call.body), answer.status, len(body))
                return Answer(answer.status, answer.headers, body, is_whole)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise self._faults.transport(
                _what(error), host=_host(call.url), seconds=self._seconds(error)
            ) from error

    def _seconds(self, error: Exception) -> float:
        timeout = (
            self._timeout.sock_connect
            if isinstance(error, aiohttp.ConnectionTimeoutError)
            else self._timeout.total
        )
        return timeout or 0.0


async def _read(answer: aiohttp.ClientResponse, cap: int) -> tuple[bytes, bool]:
    """Return at most ``cap`` bytes; the status is known by now, so a body that fails is no
    failure of the call.
    """
    body = bytearray()
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        return b"", False
    try:
        async for chunk in answer.content.iter_any():
            body += chunk
            if len(body) > cap:
                return bytes(body[:cap]), False
    except (aiohttp.ClientError, TimeoutError):
        return bytes(body), False
    return bytes(body), True


def _what(error: Exception) -> str:
    """Return the catalogue's word for what happened on the way."""
    if isinstance(getattr(error, "os_error", None), ForbiddenAddressError):
        return "forbidden address"
    return next(word for kind, word in _WORDS if isinstance(error, kind))


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.rpartition("@")[2]
    except ValueError:
        return ""
