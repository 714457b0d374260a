"""Reads the bodies of requests in bounded memory and bounded time."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from ingest.errors import BodyTimeoutError, TooLargeError, TooManyBodiesError, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import Receive

BODY_TIMEOUT_S = 30.0
"""Longest time from the first byte of a body to its last."""
MEMORY_BYTES = 32 * 1024 * 1024
"""Memory of all bodies together, from the first byte of each to its response."""
_MAX_DIGITS = 18


class BodyReader:
    """Reads bodies of at most ``limit`` bytes, and reserves their memory in order of arrival."""

    def __init__(self, limit: int, memory: int = MEMORY_BYTES) -> None:
        self._limit = limit
        self._free = memory
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    def size_of(self, headers: Mapping[bytes, bytes]) -> int:
        """Return the size in Content-Length, or the limit for a chunked body.

        Raises TooLargeError.
        """
        announced = headers.get(b"content-length", b"")
        if not announced.isdigit():
            return self._limit
        if len(announced) > _MAX_DIGITS or int(announced) > self._limit:
            raise self._too_large()
        return int(announced)

    async def reserve(self, size: int, timeout_s: float) -> None:
        """Wait until so many bytes are free, and reserve them; raises TooManyBodiesError."""
        if not self._waiting and size <= self._free:
            self._free -= size
            return
        reserved: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((size, reserved))
        try:
            async with asyncio.timeout(timeout_s):
                await reserved
        except BaseException as error:
            if reserved.done() and not reserved.cancelled():
                self._free += size
            self._serve_waiting()
            if isinstance(error, TimeoutError):
                raise TooManyBodiesError("Too many bodies are in memory") from error
            raise

    async def read(self, receive: Receive) -> bytes:
        """Return the whole body; raises TooLargeError, BodyTimeoutError, UnreadableError."""
        try:
            async with asyncio.timeout(BODY_TIMEOUT_S):
                return await self._read_parts(receive)
        except TimeoutError as error:
            raise BodyTimeoutError(
                f"The body did not arrive within {BODY_TIMEOUT_S:g} seconds"
            ) from error

    def release(self, size: int) -> None:
        """Free reserved bytes."""
        self._free += size
        self._serve_waiting()

    async def _read_parts(self, receive: Receive) -> bytes:
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

    def _serve_waiting(self) -> None:
        while self._waiting:
            size, reserved = self._waiting[0]
            if not reserved.done():
                if size > self._free:
                    return
                self._free -= size
                reserved.set_result(None)
            self._waiting.popleft()
