"""How much a request may carry: it is read into memory, also from those whom nobody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

if TYPE_CHECKING:
    from starlette.types import Message, Receive

LARGEST, LARGEST_OF_STRANGERS = 16 * 1024 * 1024, 64 * 1024
"""Bytes: an import of connectors fits into the one, a sign-in into the other."""


def at_most(limit: int, receive: Receive) -> Receive:
    """Return what reads a body piece by piece, and ends with 413 where it becomes too large."""
    seen = 0

    async def limited() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise HTTPException(413, f"The body is larger than {limit} bytes")
        return message

    return limited
