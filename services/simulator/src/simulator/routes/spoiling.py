"""Good answers made hard to read: cut off, far too long, a gzip bomb, dripping, or with another
body, another address of the new record, or none.
"""

from __future__ import annotations

import asyncio
import re
import zlib
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.back_offices.fault import Fault

DRIP_EVERY_S = 0.2
_PIECE = 64 * 1024
_GZIP = 16 + zlib.MAX_WBITS
_ADDRESS_LINE = re.compile(rb"^(Location|OData-EntityId):[^\r]*\r\n", re.MULTILINE)
ADDRESSES = {
    "relative": "appointments(5d115c9c-0000-ea11-bb43-000d3a2feca1)",
    "foreign": "http://elsewhere.cronus.example/appointments(1)",
    "broken": "http://[::1",
    "empty": "",
}
BODIES = {
    "empty": b"",
    "html": b"<html><body><h1>Sign in</h1></body></html>",
    "json": b'{"value": [1, null, {"error": []}]}',
}


async def spoil(request: web.Request, fault: Fault, good: web.Response) -> web.StreamResponse:
    """Answer with what the fault makes of the good answer."""
    if fault.oversized_bytes:
        return await _pour(request, good, _padded(_body(good), fault.oversized_bytes))
    if fault.gzip_bomb:
        good.headers["Content-Encoding"] = "gzip"
        return await _pour(request, good, _packed(_padded(_body(good), fault.gzip_bomb)))
    if fault.drip_s:
        return await _drip(request, good, fault.drip_s)
    if fault.malformed:
        return _cut_off(good, fault.malformed)
    if fault.body:
        good.body = BODIES[fault.body]
    if fault.header_bytes:
        good.headers["X-Long"] = "x" * fault.header_bytes
    if fault.location:
        return _with_address(good, ADDRESSES[fault.location])
    return _without_address(good) if fault.no_location else good


def _cut_off(good: web.Response, status: bool | int) -> web.Response:  # noqa: FBT001 - True = good
    body = _body(good)
    good.body = body[: len(body) // 2]
    if status is not True:
        good.set_status(int(status))
    return good


def _without_address(good: web.Response) -> web.Response:
    """Take the address out of the headers, and out of the answers inside a multipart body."""
    good.headers.popall("Location", None)
    if good.content_type.startswith("multipart/"):
        good.body = _ADDRESS_LINE.sub(b"", _body(good))
    return good


def _with_address(good: web.Response, address: str) -> web.Response:
    """Put the address into the headers, and into the answers inside a multipart body."""
    if "Location" in good.headers:
        good.headers["Location"] = address
    if good.content_type.startswith("multipart/"):
        line = f"\\1: {address}\r\n".encode()
        good.body = _ADDRESS_LINE.sub(line, _body(good))
    return good


async def _drip(request: web.Request, good: web.Response, seconds: float) -> web.StreamResponse:
    """Send a byte at a time, blanks when the body is over, and after so many seconds the rest."""
    answer, body = await _begin(request, good), _body(good)
    ends_at = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < ends_at:
        await answer.write(body[:1] or b" ")
        body = body[1:]
        await asyncio.sleep(DRIP_EVERY_S)
    await answer.write_eof(body)
    return answer


async def _pour(
    request: web.Request, good: web.Response, pieces: Iterator[bytes]
) -> web.StreamResponse:
    answer = await _begin(request, good)
    for piece in pieces:
        await answer.write(piece)
        await asyncio.sleep(0)
    await answer.write_eof()
    return answer


async def _begin(request: web.Request, good: web.Response) -> web.StreamResponse:
    """Send the head of the good answer; its body follows in chunks."""
    kept = {name: value for name, value in good.headers.items() if name.lower() != "content-length"}
    answer = web.StreamResponse(status=good.status, headers=kept)
    await answer.prepare(request)
    return answer


def _padded(body: bytes, size: int) -> Iterator[bytes]:
    """Yield the body and then blanks, so many bytes in all."""
    yield body[:size]
    for left in range(size - len(body), 0, -_PIECE):
        yield b" " * min(left, _PIECE)


def _packed(pieces: Iterator[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(wbits=_GZIP)
    for piece in pieces:
        if packed := packer.compress(piece):
            yield packed
    yield packer.flush()


def _body(good: web.Response) -> bytes:
    return good.body if isinstance(good.body, bytes) else b""
