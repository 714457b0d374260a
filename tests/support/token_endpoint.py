"""A token endpoint and a back office behind it, as badly as a test needs them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

ISSUED = {"token_type": "Bearer", "access_token": "made-up-token", "expires_in": 3600}


@dataclass
class TokenEndpoint:
    """``answer`` is the body of the token endpoint's answer, ``hangs`` that none comes; ``status``
    of the back office is for every call; ``target`` and ``form`` are of the last request for a
    token.
    """

    answer: Any = None
    token_status: int = 200
    hangs: bool = False
    status: int = 200
    url: str = ""
    target: str = ""
    form: str = ""
    token_requests: int = 0
    calls: int = 0

    async def token(self, request: web.Request) -> web.Response:
        """Issue a token, or not."""
        self.token_requests += 1
        self.target, self.form = request.raw_path, await request.text()
        if self.hangs:
            await asyncio.Event().wait()
        return web.json_response(ISSUED | (self.answer or {}), status=self.token_status)

    async def call(self, request: web.Request) -> web.Response:
        """Take a call."""
        await request.read()
        self.calls += 1
        return web.Response(status=self.status)


@contextlib.asynccontextmanager
async def token_endpoint(**behaviour: Any) -> AsyncIterator[TokenEndpoint]:
    """Run it inside this block."""
    behaving = TokenEndpoint(**behaviour)
    app = web.Application()
    app.add_routes([web.post("/token", behaving.token), web.post("/", behaving.call)])
    server = TestServer(app, host="127.0.0.1")
    await server.start_server(shutdown_timeout=0.1)
    behaving.url = str(server.make_url("/"))
    yield behaving
    await server.close()
