"""``/api/events``: live updates as server-sent events, the same on every replica."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.responses import StreamingResponse

from portal_api.live.stream_response import MEDIA_TYPE, EventQuery, EventStream

if TYPE_CHECKING:
    from portal_api.health.monitor import HealthMonitor
    from portal_api.live.stream import SubscriberPool

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


def events(subscribers: SubscriberPool, monitor: HealthMonitor) -> APIRouter:
    """Return the route."""
    router = APIRouter(tags=["Live updates"])
    responses: dict[int | str, dict[str, Any]] = {
        200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}, "description": "The stream."}
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
        _, verdict = await monitor.read()
        first = {"state": verdict.state, "sentence": verdict.sentence}
        return EventStream(subscribers.open(query.topics, last_event_id, first, query.seconds))

    return router
