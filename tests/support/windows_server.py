"""A server that requires NTLM or Negotiate, and closes connections as real servers do."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from simulator.authentication.handshake import Handshake
from simulator.authentication.requirements import LoginRequirement
from simulator.errors import HandshakeError
from tests.support.simulated_back_offices import LOGIN

PROOF = b"NTLMSSP\x00\x03\x00\x00\x00"
"""The NTLM message that is derived from the password (MS-NLMP, 2.2.1.3)."""


@dataclass
class WindowsServer:
    """The behaviour of the server, and the requests that it received.

    Attributes:
        closes_after: Requests on one connection.
        announces: Whether the server announces that it closes the connection.
        lets_in: Status of every answer, without authentication.
        challenge: Challenge after every message of a handshake.
    """

    schemes: tuple[str, ...] = ("Negotiate", "NTLM")
    closes_after: int | None = None
    announces: bool = False
    lets_in: int | None = None
    challenge: str | None = None
    url: str = ""
    bodies: list[bytes] = field(default_factory=list)
    stored: list[bytes] = field(default_factory=list)
    proofs: int = 0

    def __post_init__(self) -> None:
        self._handshakes: WeakKeyDictionary[Any, dict[str, Handshake]] = WeakKeyDictionary()
        self._requests: WeakKeyDictionary[Any, int] = WeakKeyDictionary()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        body = await request.read()
        self.bodies.append(body)
        answer = self._answer(request, body)
        transport = request.transport
        self._requests[transport] = self._requests.get(transport, 0) + 1
        if self.closes_after is not None and self._requests[transport] >= self.closes_after:
            if self.announces:
                answer.force_close()
            await answer.prepare(request)
            await answer.write_eof()
            if transport is not None:
                transport.close()
        return answer

    def _answer(self, request: web.Request, body: bytes) -> web.Response:
        if self.lets_in is not None:
            return self._stored(body, self.lets_in)
        scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
        handshakes = self._handshakes.setdefault(request.transport, {})
        if not scheme and any(handshake.is_complete for handshake in handshakes.values()):
            return self._stored(body, 200)
        if scheme not in self.schemes:
            return self._unauthorised(*self.schemes)
        return self._step(request, body, scheme, encoded)

    def _step(self, request: web.Request, body: bytes, scheme: str, encoded: str) -> web.Response:
        self.proofs += PROOF in base64.b64decode(encoded)
        if self.challenge is not None:
            return self._unauthorised(f"{scheme} {self.challenge}")
        handshakes = self._handshakes[request.transport]
        handshake = handshakes.setdefault(scheme, Handshake(_required(scheme)))
        try:
            token = handshake.step(f"{scheme} {encoded}")
        except HandshakeError:
            return self._unauthorised(*self.schemes)
        if handshake.is_complete:
            return self._stored(body, 200)
        return self._unauthorised(f"{scheme} {token}")

    def _stored(self, body: bytes, status: int) -> web.Response:
        self.stored.append(body)
        return web.Response(status=status)

    def _unauthorised(self, *challenges: str) -> web.Response:
        answer = web.Response(status=401)
        for challenge in challenges:
            answer.headers.add("WWW-Authenticate", challenge)
        return answer


def _required(scheme: str) -> LoginRequirement:
    return LoginRequirement.model_validate(
        {"type": scheme, "login": LOGIN["login"], "password": SecretStr(LOGIN["password"])}
    )


@contextlib.asynccontextmanager
async def windows_server(**behaviour: Any) -> AsyncIterator[WindowsServer]:
    """Run the server inside this block."""
    behaving = WindowsServer(**behaviour)
    app = web.Application()
    app.add_routes([web.route("*", "/{path:.*}", behaving.handle)])
    async with TestServer(app, host="127.0.0.1") as server:
        behaving.url = str(server.make_url("/"))
        yield behaving
