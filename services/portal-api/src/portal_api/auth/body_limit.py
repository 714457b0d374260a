"""The size limit of request bodies, because a body is read into memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

if TYPE_CHECKING:
    from starlette.types import Message, Receive

BODY_LIMIT = 2 * 1024 * 1024
"""Bytes, enough for an operation on 10,000 named deliveries."""
IMPORT_BODY_LIMIT = 16 * 1024 * 1024
"""Bytes, enough for an import of connectors."""
IMPORT_PATH = "/api/connectors/import"
UNAUTHENTICATED_BODY_LIMIT = 64 * 1024
"""Bytes, enough for a sign-in."""


def body_limit_of(path: str, *, is_known: bool) -> int:
    """Return the limit of a request, in bytes. ``is_known`` means an authenticated caller."""
    if not is_known:
        return UNAUTHENTICATED_BODY_LIMIT
    return IMPORT_BODY_LIMIT if path == IMPORT_PATH else BODY_LIMIT


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
