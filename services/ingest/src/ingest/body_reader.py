"""Reads bodies of requests in bounded memory and bounded time."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from ingest.errors import LateBodyError, NoRoomError, TooLargeError, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import Receive

BODY_S = 30.0
"""How long a body may take to arrive."""
ROOM = 32 * 1024 * 1024
"""Bytes of all bodies in hand, from their first byte to the answer."""
_MOST_DIGITS = 18


class Bodies:
    """Reads bodies of at most ``limit`` bytes, and gives memory to them in the order of asking."""

    def __init__(self, limit: int, room: int = ROOM) -> None:
        self._limit = limit
        self._free = room
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    def size_of(self, headers: Mapping[bytes, bytes]) -> int:
        """Return the bytes that Content-Length names, or the limit for a body in chunks; raises
        TooLargeError.
        """
        announced = headers.get(b"content-length", b"")
        if not announced.isdigit():
            return self._limit
        if len(announced) > _MOST_DIGITS or int(announced) > self._limit:
            raise self._too_large()
        return int(announced)

    async def read(self, receive: Receive) -> bytes:
        """Return the whole body; raises TooLargeError, LateBodyError, UnreadableError."""
        try:
            async with asyncio.timeout(BODY_S):
                return await self._read(receive)
        except TimeoutError as error:
            raise LateBodyError(f"The body did not arrive within {BODY_S:g} seconds") from error

    async def _read(self, receive: Receive) -> bytes:
        parts: list[bytes] = []
        size, more = 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise UnreadableError("The connection ended within the body")
            part = message.get("body", b"")
            size += len(part)
            if size > self._limit:
                raise self._too_large()
            parts.append(part)
            more = message.get("more_body", False)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _too_large(self) -> TooLargeError:
        return TooLargeError(f"The body is larger than {self._limit} bytes")

    async def take(self, size: int, within_s: float) -> None:
        """Wait until so many bytes are free, and take them; raises NoRoomError."""
        if not self._waiting and size <= self._free:
            self._free -= size
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((size, turn))
        try:
            async with asyncio.timeout(within_s):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():
                self._free += size
            self._serve()
            if isinstance(error, TimeoutError):
                raise NoRoomError("Too many bodies are in hand") from error
            raise

    def give_back(self, size: int) -> None:
        """Free what was taken."""
        self._free += size
        self._serve()

    def _serve(self) -> None:
        while self._waiting:
            size, turn = self._waiting[0]
            if not turn.done():
                if size > self._free:
                    return
                self._free -= size
                turn.set_result(None)
            self._waiting.popleft()
