"""NTLM and Kerberos. They authenticate a connection, so idle connections are reused (RFC 4559,
MS-NTHT).
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dispatcher.back_offices.authentication.handshake import UNAUTHORISED, perform_handshake
from dispatcher.back_offices.http_transport import KEEP_ALIVE_S
from dispatcher.errors import ClosedEarlyError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from aiohttp import ClientSession

    from dispatcher.back_offices.authentication.handshake import AuthScheme, WindowsLogin
    from dispatcher.back_offices.calls import HttpCall, HttpResponse
    from dispatcher.back_offices.http_transport import HttpTransport

FRESH_S = KEEP_ALIVE_S - 1.0
HANDSHAKES = 3
"""The connections that are tried when servers close them during the handshake."""


@dataclass(slots=True)
class AuthenticatedConnection:
    """A session of one connection.

    A connection that was idle for longer than ``FRESH_S`` was closed, and its authentication is
    lost.
    """

    session: ClientSession
    authenticated_at: float = float("-inf")

    @property
    def is_authenticated(self) -> bool:
        """Whether the server still knows the connection."""
        return time.monotonic() - self.authenticated_at < FRESH_S


class WindowsAuthentication:
    """Holds as many authenticated connections as there are calls at once."""

    def __init__(
        self,
        login: WindowsLogin,
        schemes: Sequence[AuthScheme],
        open_session: Callable[[], ClientSession],
    ) -> None:
        self._login = login
        self._schemes = tuple(schemes)
        self._open_session = open_session
        self._idle: list[AuthenticatedConnection] = []
        self._is_closed = False

    async def call(self, transport: HttpTransport, call: HttpCall) -> HttpResponse:
        """Make the call on an authenticated connection. The payload is sent once.

        A connection that the server closes before the payload was sent is replaced.
        """
        response = await self._call_on_authenticated(transport, call)
        for _ in range(HANDSHAKES - 1):
            if response is not None:
                return response
            with contextlib.suppress(ClosedEarlyError):
                response = await self._call_on_new(transport, call)
        return response or await self._call_on_new(transport, call)

    async def close(self) -> None:
        """Close idle connections now, and the others after their calls."""
        self._is_closed = True
        idle, self._idle = self._idle, []
        for connection in idle:
            await connection.session.close()

    async def _call_on_authenticated(
        self, transport: HttpTransport, call: HttpCall
    ) -> HttpResponse | None:
        """Return the response, or None when no authenticated connection is left."""
        while self._idle:
            connection = self._idle.pop()
            if connection.is_authenticated:
                with contextlib.suppress(ClosedEarlyError):
                    response = await self._call_and_keep(
                        connection,
                        transport(replace(call, same_connection=True), connection.session),
                    )
                    return response if response.status != UNAUTHORISED else None
            else:
                await connection.session.close()
        return None

    async def _call_on_new(self, transport: HttpTransport, call: HttpCall) -> HttpResponse:
        """Authenticate a new connection. The last message of the handshake carries the call."""
        connection = AuthenticatedConnection(self._open_session())
        return await self._call_and_keep(
            connection, self._authenticate(transport, call, connection.session)
        )

    async def _call_and_keep(
        self, connection: AuthenticatedConnection, calling: Awaitable[HttpResponse]
    ) -> HttpResponse:
        """Keep the connection if it is authenticated after the call, else close it."""
        try:
            response = await calling
        except BaseException:
            await connection.session.close()
            raise
        if self._is_closed or response.status == UNAUTHORISED or not response.is_whole:
            await connection.session.close()
        else:
            connection.authenticated_at = time.monotonic()
            self._idle.append(connection)
        return response

    async def _authenticate(
        self, transport: HttpTransport, call: HttpCall, session: ClientSession
    ) -> HttpResponse:
        for scheme in self._schemes:
            response = await perform_handshake(transport, call, session, self._login, scheme)
            if response is not None:
                self._schemes = (scheme, *(other for other in self._schemes if other is not scheme))
                return response
        return await transport(call, session)
