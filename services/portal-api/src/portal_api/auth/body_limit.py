"""The size limit of request bodies, because a body is read into memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

if TYPE_CHECKING:
    from starlette.types import Message, Receive

BODY_LIMIT = 16 * 1024 * 1024
"""Bytes, enough for an import of connectors."""
UNAUTHENTICATED_BODY_LIMIT = 64 * 1024
"""Bytes, enough for a sign-in."""


def limit_body(limit: int, receive: Receive) -> Receive:
    """Return a ``receive`` that answers 413 when the body is larger than the limit."""
    size = 0

    async def limited() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit:
            raise HTTPException(413, f"The body is larger than {limit} bytes")
        return message

    return limited
