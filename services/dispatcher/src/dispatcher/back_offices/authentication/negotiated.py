"""NTLM and Kerberos: they prove a connection rather than a call, so idle connections are
used again (RFC 4559, MS-NTHT).
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dispatcher.back_offices.authentication.handshake import UNAUTHORISED, shake_hands
from dispatcher.back_offices.caller import KEEP_ALIVE_S
from dispatcher.errors import ClosedEarlyError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from aiohttp import ClientSession

    from dispatcher.back_offices.authentication.handshake import Login, Scheme
    from dispatcher.back_offices.caller import Caller
    from dispatcher.back_offices.calls import Answer, Call

FRESH_S = KEEP_ALIVE_S - 1.0
HANDSHAKES = 3
"""Connections that are tried when servers close them during the handshake."""


@dataclass(slots=True)
class ProvedConnection:
    """A session of one connection; one that is idle for longer than ``FRESH_S`` was closed, and
    its proof is lost.
    """

    session: ClientSession
    proved_at: float = float("-inf")

    @property
    def is_proved(self) -> bool:
        """Whether the server knows this connection."""
        return time.monotonic() - self.proved_at < FRESH_S


class Negotiated:
    """Keeps as many proved connections as there are calls at once."""

    def __init__(
        self, login: Login, schemes: Sequence[Scheme], open_one: Callable[[], ClientSession]
    ) -> None:
        self._login = login
        self._schemes = tuple(schemes)
        self._open_one = open_one
        self._idle: list[ProvedConnection] = []
        self._is_closed = False

    async def call(self, caller: Caller, call: Call) -> Answer:
        """Make the call on a proved connection; the payload travels once.

        A connection that the server closes before the payload was sent is replaced.
        """
        answer = await self._on_proved(caller, call)
        for _ in range(HANDSHAKES - 1):
            if answer is not None:
                return answer
            with contextlib.suppress(ClosedEarlyError):
                answer = await self._on_new(caller, call)
        return answer or await self._on_new(caller, call)

    async def close(self) -> None:
        """Close idle connections now and the others after their calls."""
        self._is_closed = True
        idle, self._idle = self._idle, []
        for connection in idle:
            await connection.session.close()

    async def _on_proved(self, caller: Caller, call: Call) -> Answer | None:
        """Return the answer, or None when no connection is proved any more."""
        while self._idle:
            connection = self._idle.pop()
            if connection.is_proved:
                with contextlib.suppress(ClosedEarlyError):
                    answer = await self._keeping(
                        connection, caller(replace(call, same_connection=True), connection.session)
                    )
                    return answer if answer.status != UNAUTHORISED else None
            else:
                await connection.session.close()
        return None

    async def _on_new(self, caller: Caller, call: Call) -> Answer:
        """Prove a new connection, and make the call with the last message of the handshake."""
        connection = ProvedConnection(self._open_one())
        return await self._keeping(connection, self._prove(caller, call, connection.session))

    async def _keeping(self, connection: ProvedConnection, calling: Awaitable[Answer]) -> Answer:
        """Keep the connection if the call leaves it proved, else close it."""
        try:
            answer = await calling
        except BaseException:
            await connection.session.close()
            raise
        if self._is_closed or answer.status == UNAUTHORISED or not answer.is_whole:
            await connection.session.close()
        else:
            connection.proved_at = time.monotonic()
            self._idle.append(connection)
        return answer

    async def _prove(self, caller: Caller, call: Call, session: ClientSession) -> Answer:
        for scheme in self._schemes:
            answer = await shake_hands(caller, call, session, self._login, scheme)
            if answer is not None:
                self._schemes = (scheme, *(other for other in self._schemes if other is not scheme))
                return answer
        return await caller(call, session)
