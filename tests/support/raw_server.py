"""A TCP server that answers each request with the same bytes, or never."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field


@dataclass
class RawServer:
    """``answer`` None = silence; ``cuts`` = the connection is closed instead of an answer."""

    answer: bytes | None = None
    cuts: bool = False
    port: int = 0
    requests: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}/"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take the requests of one connection."""
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            while True:
                self.requests.append(await reader.readuntil(b"\r\n\r\n"))
                if self.cuts:
                    break
                if self.answer is not None:
                    writer.write(self.answer)
        writer.close()


@contextlib.asynccontextmanager
async def raw_server(
    answer: bytes | None = None, *, cuts: bool = False
) -> AsyncIterator[RawServer]:
    """Run it inside this block."""
    behaving = RawServer(answer, cuts)
    server = await asyncio.start_server(behaving.serve, "127.0.0.1", 0)
    behaving.port = server.sockets[0].getsockname()[1]
    yield behaving
    server.close()
