"""A TCP server that sends one part again and again, from a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator

BLOCK_BYTES = 64 * 1024
MAX_BYTES = 64 * 1024 * 1024


@contextlib.asynccontextmanager
async def flooding_server(head: bytes, part: bytes) -> AsyncIterator[str]:
    """Answer each request with the head and then the part, until the client closes.

    Yields the address of the server.
    """
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=_serve, args=(listening, head, part))
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    with contextlib.suppress(OSError):
        listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    await asyncio.to_thread(thread.join, 10)


def _serve(listening: socket.socket, head: bytes, part: bytes) -> None:
    block = part * (BLOCK_BYTES // len(part) + 1)
    with contextlib.suppress(OSError):
        while True:
            client, _ = listening.accept()
            with client, contextlib.suppress(OSError):
                client.settimeout(10)
                client.recv(BLOCK_BYTES)
                client.sendall(head)
                for _ in range(MAX_BYTES // len(block)):
                    client.sendall(block)
