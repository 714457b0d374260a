"""The protocol of connections to back offices, with limits that the HTTP client does not have.

The client reads interim responses (1xx, RFC 9110, 15.2) without an end, and keeps every response
that nothing waits for. A server that sends nothing else would hold the event loop.
"""

from __future__ import annotations

import asyncio
import functools
from typing import TYPE_CHECKING

from aiohttp import TCPConnector
from aiohttp.client_proto import ResponseHandler
from aiohttp.http_exceptions import HttpProcessingError

if TYPE_CHECKING:
    from aiohttp import StreamReader
    from aiohttp.http import RawResponseMessage

MAX_INTERIM_RESPONSES = 16
MAX_WAITING_RESPONSES = 16
PIECE_BYTES = 16 * 1024
"""The bytes that are parsed before the limits are checked again."""


class BoundedResponseHandler(ResponseHandler):
    """Closes a connection with too many responses to one request."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self._interim_responses = 0
        self._is_refused = False

    def data_received(self, data: bytes) -> None:
        """Parse received bytes, a piece at a time."""
        for start in range(0, max(1, len(data)), PIECE_BYTES):
            if self._is_refused:
                return
            super().data_received(data[start : start + PIECE_BYTES])

    def feed_data(self, data: tuple[RawResponseMessage, StreamReader], size: int = 0) -> None:
        """Take over one response, unless there are too many."""
        is_interim = 100 <= data[0].code < 200  # noqa: PLR2004 - RFC 9110, 15.2
        self._interim_responses = self._interim_responses + 1 if is_interim else 0
        if (
            self._interim_responses > MAX_INTERIM_RESPONSES
            or len(self) >= MAX_WAITING_RESPONSES
            or self._is_refused
        ):
            self._refuse()
        else:
            super().feed_data(data, size)

    def _refuse(self) -> None:
        if self._is_refused:
            return
        self._is_refused = True
        if self.transport is not None:
            self.transport.close()
        self.set_exception(HttpProcessingError(message="too many responses"))


def bound(connector: TCPConnector) -> TCPConnector:
    """Return the connector, whose new connections have the limits of this module."""
    loop = asyncio.get_running_loop()
    factory = functools.partial(BoundedResponseHandler, loop=loop)
    connector._factory = factory  # type: ignore[assignment]  # noqa: SLF001
    return connector
