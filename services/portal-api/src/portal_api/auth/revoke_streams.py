"""Ends long responses when the session or the API key of their caller ends.

A sign-out must take effect at once, also for open streams and downloads.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    IsAuthenticated = Callable[[], Awaitable[bool]]

CHECK_INTERVAL_S = 5.0
EVENTS = b"text/event-stream"


class RevocableResponse:
    """The response to one request, which ends when its caller is no longer authenticated.

    A response that ends within the check interval is never checked.
    """

    def __init__(
        self,
        app: ASGIApp,
        is_authenticated: IsAuthenticated,
        interval_s: float = CHECK_INTERVAL_S,
    ) -> None:
        self._app = app
        self._is_authenticated = is_authenticated
        self._interval_s = interval_s
        self._is_revoked = False
        self._is_open_stream = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request.

        A revoked stream of events ends properly. A revoked download breaks its connection, because
        a truncated file must not look complete.
        """

        async def revocable_receive() -> Message:
            return await self._receive(receive)

        async def observed_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._is_open_stream = any(
                    name == b"content-type" and value.startswith(EVENTS)
                    for name, value in message["headers"]
                )
            elif not message.get("more_body"):
                self._is_open_stream = False
            await send(message)

        await self._app(scope, revocable_receive, observed_send)
        if self._is_revoked and self._is_open_stream:
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _receive(self, receive: Receive) -> Message:
        """Return the client's next message, or a disconnect when the caller is revoked."""
        waiting = asyncio.ensure_future(receive())
        try:
            while not (await asyncio.wait({waiting}, timeout=self._interval_s))[0]:
                if not await self._is_authenticated():
                    self._is_revoked = True
                    return {"type": "http.disconnect"}
            return waiting.result()
        finally:
            waiting.cancel()
