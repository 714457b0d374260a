"""A TCP server that sends the same bytes for each request, or none."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field


@dataclass
class RawServer:
    """The behaviour of the server, and the requests that it received.

    Attributes:
        answer: The bytes of each answer. None sends no answer.
        cuts: Close the connection instead of an answer.
        cuts_after: Answers on one connection. The next request is not read.
    """

    answer: bytes | None = None
    cuts: bool = False
    cuts_after: int | None = None
    port: int = 0
    requests: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The address of the server."""
        return f"http://127.0.0.1:{self.port}/"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        answered = 0
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            while answered != self.cuts_after:
                self.requests.append(await reader.readuntil(b"\r\n\r\n"))
                if self.cuts:
                    break
                if self.answer is not None:
                    writer.write(self.answer)
                answered += 1
            if answered:
                await reader.read(1)
        writer.close()


@contextlib.asynccontextmanager
async def raw_server(
    answer: bytes | None = None, *, cuts: bool = False, cuts_after: int | None = None
) -> AsyncIterator[RawServer]:
    """Run the server inside this block."""
    behaving = RawServer(answer, cuts, cuts_after)
    server = await asyncio.start_server(behaving.serve, "127.0.0.1", 0)
    behaving.port = server.sockets[0].getsockname()[1]
    yield behaving
    server.close()
