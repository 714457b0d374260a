"""A fake token endpoint and a fake back office, with faults."""

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
    """The behaviour of both, and their requests.

    Attributes:
        answer: Fields of the token endpoint's answer.
        hangs: Whether the token endpoint never answers.
        status: HTTP status of the back office.
        target: Target of the last request for a token.
        form: Body of the last request for a token.
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
        """Answer a request for a token."""
        self.token_requests += 1
        self.target, self.form = request.raw_path, await request.text()
        if self.hangs:
            await asyncio.Event().wait()
        return web.json_response(ISSUED | (self.answer or {}), status=self.token_status)

    async def call(self, request: web.Request) -> web.Response:
        """Answer a call of the back office."""
        await request.read()
        self.calls += 1
        return web.Response(status=self.status)


@contextlib.asynccontextmanager
async def token_endpoint(**behaviour: Any) -> AsyncIterator[TokenEndpoint]:
    """Run the token endpoint inside this block."""
    behaving = TokenEndpoint(**behaviour)
    app = web.Application()
    app.add_routes([web.post("/token", behaving.token), web.post("/", behaving.call)])
    server = TestServer(app, host="127.0.0.1")
    await server.start_server(shutdown_timeout=0.1)
    behaving.url = str(server.make_url("/"))
    yield behaving
    await server.close()
