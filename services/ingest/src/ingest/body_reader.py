"""Reads the bodies of requests in bounded memory."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from ingest.errors import TooLargeError, TooManyBodiesError, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import Receive

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
        """Return the whole body; raises TooLargeError, UnreadableError.

        The HTTP server ends a body that arrives too slowly.
        """
        body, more = bytearray(), True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise UnreadableError("The connection ended within the body")
            body += message.get("body", b"")
            if len(body) > self._limit:
                raise self._too_large()
            more = message.get("more_body", False)
        return bytes(body)

    def release(self, size: int) -> None:
        """Free reserved bytes."""
        self._free += size
        self._serve_waiting()

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
