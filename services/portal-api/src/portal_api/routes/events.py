"""``/api/events``: live updates as server-sent events, the same on every replica."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from portal_api.live.event_buffer import Topic

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send

    from portal_api.health.monitor import Board
    from portal_api.live.stream import Reader, Readers

STALLED_S = 30.0
KIND = "text/event-stream"
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
DESCRIPTION = """Stream what changes. It does not end by itself for about a quarter of an hour; \
then connect again with `Last-Event-ID`, as browsers do.

| event | data |
|---|---|
| `delivery` | a row as in `/api/deliveries` |
| `operation` | an operation as in `/api/operations` |
| `status` | `{"state", "sentence"}` as in `/api/status`; also sent at the beginning |
| `resync` | `{"topics"}`: more happened than is told here, \
or what was missed is not known any more: read these lists anew |

A comment comes every 15 seconds. Connect first and read the lists then, \
so that nothing is missed in between.
"""


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

    def __init__(self, reader: Reader) -> None:
        super().__init__(reader.parts(), headers=HEADERS, media_type=KIND)
        self._reader = reader

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, in whichever way it ends."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._reader.close()

    async def stream_response(self, send: Send) -> None:
        """Send until the reader ends or the client stalls."""

        async def hurried(message: Message) -> None:
            async with asyncio.timeout(STALLED_S):
                await send(message)

        with contextlib.suppress(TimeoutError):
            await super().stream_response(hurried)


def events(readers: Readers, board: Board) -> APIRouter:
    """Return the route."""
    router = APIRouter(tags=["Live updates"])
    responses: dict[int | str, dict[str, Any]] = {
        200: {"content": {KIND: {"schema": {"type": "string"}}}, "description": "The stream."}
    }

    @router.get(
        "/events", response_class=StreamingResponse, responses=responses, description=DESCRIPTION
    )
    async def stream_events(
        query: Annotated[EventQuery, Query()],
        last_event_id: Annotated[
            str | None, Header(description="The id of the last event that was received.")
        ] = None,
    ) -> StreamingResponse:
        _, verdict = await board.read()
        first = {"state": verdict.state, "sentence": verdict.sentence}
        return EventStream(readers.open(query.topics, last_event_id, first, query.seconds))

    return router
