"""The query and the streaming response of the route of live updates."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from portal_api.live.event_buffer import Topic

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send

    from portal_api.live.stream import Subscriber

SEND_TIMEOUT_S = 30.0


KIND = "text/event-stream"


HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class EventQuery(BaseModel):
    """What to hear of, and for how long."""

    model_config = ConfigDict(extra="forbid")

    topics: set[Topic] = Field(
        default={Topic.DELIVERY, Topic.OPERATION, Topic.STATUS},
        description="`resync` is always heard.",
    )
    seconds: float = Field(
        default=900, ge=0.1, le=900, description="End the stream after about so long."
    )


class EventStream(StreamingResponse):
    """A stream that gives up on a client that takes nothing, and lets go of its
    reader in every case.
    """

    def __init__(self, subscriber: Subscriber) -> None:
        super().__init__(subscriber.parts(), headers=HEADERS, media_type=KIND)
        self._subscriber = subscriber

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, in whichever way it ends."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._subscriber.close()

    async def stream_response(self, send: Send) -> None:
        """Send until the reader ends or the client stalls."""

        async def hurried(message: Message) -> None:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                await send(message)

        with contextlib.suppress(TimeoutError):
            await super().stream_response(hurried)
