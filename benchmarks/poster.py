"""Posts changes to ingest on 64 persistent connections, as fast as it answers, in a process of its
own.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import cast

import uvloop

from benchmarks.changes import body_of

CONNECTIONS = 64


class Posting(asyncio.Protocol):
    """One connection, which posts the next change after the answer to the last."""

    def __init__(self, requests: list[bytes], accepted: list[int], done: asyncio.Event) -> None:
        self._requests = requests
        self._accepted = accepted
        self._done = done
        self._seen = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Post the first change."""
        self._transport = cast("asyncio.Transport", transport)
        self._next()

    def data_received(self, data: bytes) -> None:
        """Count an answer when its body is complete."""
        self._seen += data
        end = self._seen.find(b"\r\n\r\n")
        if end < 0 or not self._seen.endswith(b"}"):
            return
        self._accepted[0] += self._seen.startswith(b"HTTP/1.1 202")
        self._seen = b""
        self._next()

    def _next(self) -> None:
        if self._requests:
            self._transport.write(self._requests.pop())
        else:
            self._transport.close()
            self._done.set()


async def post(port: int, secret: str, first: int, count: int) -> dict[str, float]:
    """Post ``count`` different changes, and return the accepted number and the rate per second."""
    requests = [_request(body_of(first + i), secret) for i in range(count)]
    accepted, done = [0], [asyncio.Event() for _ in range(CONNECTIONS)]
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    await asyncio.gather(
        *(
            loop.create_connection(
                lambda d=d: Posting(requests, accepted, d),  # type: ignore[misc]
                "127.0.0.1",
                port,
            )
            for d in done
        )
    )
    await asyncio.gather(*(d.wait() for d in done))
    return {"accepted": accepted[0], "per_second": accepted[0] / (time.perf_counter() - began)}


def _request(body: bytes, secret: str) -> bytes:
    head = (
        "POST /webhooks/bench/appointment-updated HTTP/1.1\r\n"
        "Host: ingest\r\n"
        f"X-API-KEY: {secret}\r\n"
        "Content-Type: application/json\r\n"
    )
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


if __name__ == "__main__":
    print(
        json.dumps(
            uvloop.run(post(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
        )
    )
