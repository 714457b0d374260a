"""Answers that go on for long: they end when their caller's right to them does, because signing
out means at once.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    IsKnown = Callable[[], Awaitable[bool]]

CHECK_INTERVAL_S = 5.0
EVENTS = b"text/event-stream"


class RevocableResponse:
    """Passes one request on, and asks now and then whether its caller is still known; a short one
    is never asked for.
    """

    def __init__(self, app: ASGIApp, is_known: IsKnown, every_s: float = CHECK_INTERVAL_S) -> None:
        self._app = app
        self._is_known = is_known
        self._every_s = every_s
        self._was_ended = False
        self._is_open_stream = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer it.

        Events are ended in good order; a file that is cut off must not look whole, so its
        connection breaks.
        """

        async def heard() -> Message:
            return await self._heard(receive)

        async def said(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._is_open_stream = any(
                    name == b"content-type" and value.startswith(EVENTS)
                    for name, value in message["headers"]
                )
            elif not message.get("more_body"):
                self._is_open_stream = False
            await send(message)

        await self._app(scope, heard, said)
        if self._was_ended and self._is_open_stream:
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _heard(self, receive: Receive) -> Message:
        """Wait for what the client says; to those who answer it, a caller who is not known any
        more has gone away.
        """
        waiting = asyncio.ensure_future(receive())
        try:
            while not (await asyncio.wait({waiting}, timeout=self._every_s))[0]:
                if not await self._is_known():
                    self._was_ended = True
                    return {"type": "http.disconnect"}
            return waiting.result()
        finally:
            waiting.cancel()
