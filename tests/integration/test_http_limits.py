"""One caller without credentials cannot use up the memory or the connections of a process.

A process with small limits is asked by raw sockets. Its sizes are those of every service.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from common.http_server.headers import STRICT_HEADERS
from local_stack.servers.ports import random_free_port
from tests.support.limited_server import LIMITS
from tests.support.system import until

MIB = 1024 * 1024
END = b"Host: portal.cronus.example\r\n\r\n"
CLOSING = b"Connection: close\r\n" + END
BODY = b"POST /size HTTP/1.1\r\nContent-Length: %d\r\n" + CLOSING
CHUNKED = b"POST /size HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + CLOSING
LIVE = b"GET /health/live HTTP/1.1\r\n" + CLOSING
EVENTS = b"GET /events HTTP/1.1\r\n" + CLOSING


@dataclass
class Server:
    """The process with small limits."""

    port: int
    process: asyncio.subprocess.Process
    log: Path

    async def ask(self, *pieces: bytes, pause_s: float = 0.0, wait_s: float = 10.0) -> bytes:
        """Send the pieces, and return everything until the server closes the connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        sending = asyncio.create_task(self._send(writer, pieces, pause_s))
        try:
            async with asyncio.timeout(wait_s):
                return await self._read(reader)
        finally:
            sending.cancel()
            writer.close()

    def memory(self) -> int:
        """Return the largest memory of the process so far, in bytes."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        [peak] = [line.split()[1] for line in lines if line.startswith("VmHWM")]
        return int(peak) * 1024

    @staticmethod
    async def _send(writer: asyncio.StreamWriter, pieces: Sequence[bytes], pause_s: float) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause_s)

    @staticmethod
    async def _read(reader: asyncio.StreamReader) -> bytes:
        found = b""
        try:
            while part := await reader.read(MIB):
                found += part
        except ConnectionError:
            pass
        return found


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    port, log = random_free_port(), tmp_path_factory.mktemp("limited") / "log"
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.support.limited_server", str(port), stdout=out
        )
    started = Server(port, process, log)
    await until(lambda: _is_up(started), "the server to answer")
    yield started
    process.terminate()
    await process.wait()


async def _is_up(server: Server) -> bool:
    try:
        return bool(await server.ask(LIVE))
    except OSError:
        return False


def status_of(answer: bytes) -> int:
    return int(answer.split()[1]) if answer else 0


@pytest.mark.parametrize(
    ("request_line", "filler", "status"),
    [
        (b"GET / HTTP/1.1\r\nX: ", b"a", 431),
        (b"GET / HTTP/1.1\r\n", b"X: a\r\n", 431),
        (b"GET /", b"a", 414),
        (b"", b"A", 400),
        (b"", b"\r\n", 431),
        (CHUNKED + b"5;", b"a", 400),
        (CHUNKED + b"1\r\na\r\n0\r\nX: ", b"a", 400),
        (CHUNKED + b"1\r\na\r\n0\r\n", b"X: a\r\n", 400),
    ],
    ids=["header", "headers", "URL", "method", "blank lines", "chunk", "trailer", "trailers"],
)
async def test_16_mib_of_anything_but_a_body_take_no_memory(
    server: Server, request_line: bytes, filler: bytes, status: int
) -> None:
    before = server.memory()

    answer = await server.ask(request_line + filler * (16 * MIB // len(filler)))

    assert status_of(answer) == status
    assert server.memory() - before < 4 * MIB


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        (b"GET /health/live HTTP/1.1\r\n" + b"X: a\r\n" * 98 + CLOSING, 200),
        (b"GET /health/live HTTP/1.1\r\n" + b"X: a\r\n" * 99 + CLOSING, 431),
        (b"GET /health/live?" + b"a" * 15_000 + b" HTTP/1.1\r\n" + CLOSING, 200),
        (b"GET /health/live?" + b"a" * 17_000 + b" HTTP/1.1\r\n" + CLOSING, 414),
        (b"GET /health/live HTTP/1.1\r\nX: " + b"a" * 31_000 + b"\r\n" + CLOSING, 200),
        (b"GET /health/live HTTP/1.1\r\nX: " + b"a" * 33_000 + b"\r\n" + CLOSING, 431),
        (b"CONNECT example.com:443 HTTP/1.1\r\n" + CLOSING, 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (b"POST /size HTTP/1.1\r\nContent-Length: -1\r\n" + CLOSING, 400),
        (b"POST /size HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n" + CLOSING, 400),
        (b"POST /size HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n" + CLOSING, 400),
    ],
    ids=repr,
)
async def test_a_head_is_answered_within_its_limits_and_refused_over_them(
    server: Server, request_head: bytes, status: int
) -> None:
    assert status_of(await server.ask(request_head)) == status


async def test_a_body_after_an_upgrade_is_not_taken_for_a_request(server: Server) -> None:
    head = b"POST /size HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 99\r\n"

    answer = await server.ask(head + END, b"GET /metrics HTTP/1.1\r\n" + END, pause_s=0.05)

    assert (status_of(answer), answer.count(b"HTTP/1.1")) == (400, 1)


async def test_a_trailer_is_no_header(server: Server) -> None:
    answer = await server.ask(CHUNKED + b"1\r\na\r\n0\r\nX-Late: 1\r\n\r\n")

    assert answer.endswith(b"1 False")


@pytest.mark.parametrize(
    ("pieces", "status"),
    [
        ([b""], 0),
        ([b"\r\n"] * 100, 0),
        ([b"GET / HTTP/1.1\r\nHos"], 408),
        ([b"GET / HTTP/1.1\r\n", *[b"X: a\r\n"] * 90], 408),
        ([BODY % 100 + b"half"], 408),
        ([BODY % 100, *[b"a"] * 99], 408),
        ([CHUNKED, *[b"1\r\na\r\n"] * 99], 408),
    ],
    ids=["silence", "blank lines", "half a head", "slow head", "half", "slow body", "slow chunks"],
)
async def test_a_request_that_does_not_arrive_is_ended(
    server: Server, pieces: list[bytes], status: int
) -> None:
    began = time.monotonic()

    answer = await server.ask(*pieces, pause_s=0.02)

    assert status_of(answer) == status
    assert time.monotonic() - began < 5


async def test_a_long_body_that_keeps_coming_is_read(server: Server) -> None:
    answer = await server.ask(BODY % 300_000, *[b"a" * 10_000] * 30, pause_s=0.04)

    assert answer.endswith(b"300000 False")


async def test_the_rest_of_a_refused_body_is_not_awaited(server: Server) -> None:
    head = b"POST /refusing HTTP/1.1\r\nContent-Length: 1000000000\r\n" + END

    answer = await server.ask(head, *[b"a" * 1_000] * 1_000, pause_s=0.01)

    assert status_of(answer) == 401


async def test_few_pipelined_requests_are_answered_and_many_end_the_connection(
    server: Server,
) -> None:
    request = b"GET /health/live HTTP/1.1\r\n" + END

    few = await server.ask(request * 5)
    many = await server.ask(request * 5_000)

    assert (few.count(b"200 OK"), many.count(b"200 OK") < 50) == (5, True)


async def test_an_event_stream_is_not_cut(server: Server) -> None:
    answer = await server.ask(EVENTS)

    assert b"data: 19" in answer


async def test_a_client_that_does_not_read_its_answer_is_cut(server: Server) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1024)
    writer.write(b"GET /large HTTP/1.1\r\n" + END)
    await asyncio.sleep(3 * LIMITS.drain_s)

    answer = await Server._read(reader)

    writer.close()
    assert len(answer) < 8 * MIB


async def test_silent_connections_leave_places_for_requests(server: Server) -> None:
    silent = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(60)]

    answer = await server.ask(LIVE)

    for _, writer in silent:
        writer.close()
    assert status_of(answer) == 200


async def test_health_answers_when_every_connection_works(server: Server) -> None:
    working = [asyncio.create_task(server.ask(EVENTS)) for _ in range(LIMITS.connections)]
    await asyncio.sleep(0.5)

    refused, healthy = await server.ask(EVENTS), await server.ask(LIVE)

    assert (status_of(refused), status_of(healthy)) == (503, 200)
    assert b"retry-after: 5" in refused.lower()
    assert all(b"data: 19" in answer for answer in await asyncio.gather(*working))


@pytest.mark.parametrize(
    "request_bytes",
    [
        LIVE,
        b"GET /bug HTTP/1.1\r\n" + CLOSING,
        b"GET /none-such HTTP/1.1\r\n" + CLOSING,
        b"DELETE /bug HTTP/1.1\r\n" + CLOSING,
        b"GET /metrics HTTP/1.1\r\n" + CLOSING,
        b"GET / HTTP/1.1\r\nX: " + b"a" * 40_000 + b"\r\n" + CLOSING,
        b"nonsense\r\n\r\n",
    ],
    ids=lambda value: repr(value)[:30],
)
async def test_every_answer_has_the_strict_headers(server: Server, request_bytes: bytes) -> None:
    answer = await server.ask(request_bytes)

    head = answer.partition(b"\r\n\r\n")[0].decode().lower()
    for name, value in STRICT_HEADERS.items():
        assert f"{name}: {value}".lower() in head


@pytest.mark.parametrize("path", ["/bug", "/late-bug"])
async def test_an_unexpected_error_leaves_one_line_a_count_and_no_secret(
    server: Server, path: str
) -> None:
    size = server.log.stat().st_size

    answer = await server.ask(b"GET %b HTTP/1.1\r\n" % path.encode() + CLOSING)
    figures = await server.ask(b"GET /metrics HTTP/1.1\r\n" + CLOSING)

    lines = [json.loads(text) for text in server.log.read_text()[size:].splitlines()]
    [line] = [line for line in lines if line["level"] == "error"]
    assert (line["route"], "RuntimeError" in line["exception"]) == (path, True)
    assert f'mboc_http_unexpected_errors_total{{route="{path}"}} '.encode() in figures
    assert b"secret-in-an-exception" not in answer
    assert "secret-in-an-exception" not in server.log.read_text()
    if path == "/bug":
        document = json.loads(answer.partition(b"\r\n\r\n")[2])
        assert (document["status"], document["error_id"]) == (500, line["error_id"])
    else:
        assert not answer.endswith(b"0\r\n\r\n")
