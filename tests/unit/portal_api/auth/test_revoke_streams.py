from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.responses import StreamingResponse

from portal_api.auth.revoke_streams import RevocableResponse

QUICK_S = 0.01


async def answered(kind: str, known: list[bool], *, leaves: bool = False) -> list[dict[str, Any]]:
    """Return the messages of an endless stream, for a session that is revoked after some checks."""
    said: list[dict[str, Any]] = []

    async def parts() -> AsyncIterator[str]:
        while True:
            yield "part"
            await asyncio.sleep(QUICK_S)

    async def receive() -> dict[str, Any]:
        if not leaves:
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        said.append(message)

    async def is_known() -> bool:
        return known.pop(0)

    stream = RevocableResponse(StreamingResponse(parts(), media_type=kind), is_known, QUICK_S)
    await asyncio.wait_for(
        stream({"type": "http", "asgi": {"spec_version": "2.3"}}, receive, send), 5
    )
    return said


async def test_an_event_stream_ends_regularly_after_the_session_is_revoked() -> None:
    known = [True, True, False]

    said = await answered("text/event-stream", known)

    assert known == []
    assert said[-1] == {"type": "http.response.body", "body": b"", "more_body": False}


async def test_a_download_that_is_cut_off_does_not_look_complete() -> None:
    said = await answered("text/csv", [True, False])

    assert said[-1]["more_body"]


@pytest.mark.parametrize("kind", ["text/event-stream", "text/csv"])
async def test_the_session_is_not_checked_after_the_client_has_left(kind: str) -> None:
    said = await answered(kind, [], leaves=True)

    assert not [message for message in said if message.get("more_body") is False]
