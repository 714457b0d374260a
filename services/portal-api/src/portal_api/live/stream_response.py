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
MEDIA_TYPE = "text/event-stream"
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class EventQuery(BaseModel):
    """Topics and duration of a stream."""

    model_config = ConfigDict(extra="forbid")

    topics: set[Topic] = Field(
        default={Topic.DELIVERY, Topic.OPERATION, Topic.STATUS},
        description="Topics of the events. `resync` is always sent.",
    )
    seconds: float = Field(
        default=900, ge=0.1, le=900, description="Approximate duration of the stream."
    )


class EventStream(StreamingResponse):
    """A streaming response that ends if the client stalls. It always closes its subscriber."""

    def __init__(self, subscriber: Subscriber) -> None:
        super().__init__(subscriber.chunks(), headers=HEADERS, media_type=MEDIA_TYPE)
        self._subscriber = subscriber

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream, and close the subscriber."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._subscriber.close()

    async def stream_response(self, send: Send) -> None:
        """Send until the stream ends or the client stalls."""

        async def send_in_time(message: Message) -> None:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                await send(message)

        with contextlib.suppress(TimeoutError):
            await super().stream_response(send_in_time)
