"""A proxy between a service and a server that a test can cut or slow down."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from urllib.parse import urlsplit


class TcpProxy:
    """Forwards TCP connections from one port to another."""

    def __init__(self, target: str) -> None:
        self._target = urlsplit(target)
        self._writers: set[asyncio.StreamWriter] = set()
        self.port = 0
        self.is_broken = False
        self.bytes_per_s = float("inf")

    @property
    def url(self) -> str:
        """The target's address through this proxy."""
        login = self._target.netloc.rpartition("@")[0]
        return self._target._replace(netloc=f"{login}@127.0.0.1:{self.port}").geturl()

    def cut(self) -> int:
        """Cut every open connection and return their number. New connections stay possible."""
        for writer in self._writers:
            writer.transport.abort()
        return len(self._writers) // 2

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forward one connection until either side ends the connection."""
        if self.is_broken:
            writer.transport.abort()
            return
        host, port = self._target.hostname, self._target.port
        there_reader, there_writer = await asyncio.open_connection(host, port)
        both = {writer, there_writer}
        self._writers |= both
        await asyncio.gather(
            self._forward(reader, there_writer),
            self._forward(there_reader, writer),
            return_exceptions=True,
        )
        self._writers -= both

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                await asyncio.sleep(len(data) / self.bytes_per_s)
                writer.write(data)
                await writer.drain()
        writer.close()


@contextlib.asynccontextmanager
async def a_tcp_proxy(target: str) -> AsyncIterator[TcpProxy]:
    """Run a proxy inside this block."""
    proxy = TcpProxy(target)
    server = await asyncio.start_server(proxy.connect, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    yield proxy
    server.close()
    proxy.cut()
