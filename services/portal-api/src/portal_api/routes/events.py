"""``/api/events``: live updates as server-sent events, the same on every replica."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse

from portal_api.auth.dependencies import caller_of
from portal_api.live.stream_response import MEDIA_TYPE, EventQuery, EventStream

if TYPE_CHECKING:
    from portal_api.health.monitor import HealthMonitor
    from portal_api.live.stream import SubscriberPool

DESCRIPTION = """Stream live updates. The stream ends after about a quarter of an hour. \
Then connect again with `Last-Event-ID`, as browsers do.

| event | data |
|---|---|
| `delivery` | a row as in `/api/deliveries` |
| `operation` | an operation as in `/api/operations` |
| `status` | `{"state", "sentence"}` as in `/api/status`, also sent at the beginning |
| `resync` | `{"topics"}`: read the lists of these topics again, \
because some of their events are not in the stream |

A comment comes every 15 seconds. Connect first and read the lists afterwards, \
so that no change is missed in between.
"""


def events(subscribers: SubscriberPool, monitor: HealthMonitor) -> APIRouter:
    """Return the router of live updates."""
    router = APIRouter(tags=["Live updates"])
    responses: dict[int | str, dict[str, Any]] = {
        200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}, "description": "The stream."}
    }

    @router.get(
        "/events", response_class=StreamingResponse, responses=responses, description=DESCRIPTION
    )
    async def stream_events(
        request: Request,
        query: Annotated[EventQuery, Query()],
        last_event_id: Annotated[
            str | None, Header(description="The id of the last received event.")
        ] = None,
    ) -> StreamingResponse:
        _, verdict = await monitor.read()
        first = {"state": verdict.state, "sentence": verdict.sentence}
        return EventStream(
            subscribers.open(
                query.topics, last_event_id, first, query.seconds, caller_of(request).name
            )
        )

    return router
