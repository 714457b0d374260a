"""Corrupts successful responses: truncated, oversized, a gzip bomb, dripping, or with another body,
another address of the new record, or none.
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

DRIP_INTERVAL_S = 0.2
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


async def corrupt_response(
    request: web.Request, fault: Fault, response: web.Response
) -> web.StreamResponse:
    """Answer with the fault's version of the successful response."""
    if fault.oversized_bytes:
        return await _stream(request, response, _padded(_body(response), fault.oversized_bytes))
    if fault.gzip_bomb:
        response.headers["Content-Encoding"] = "gzip"
        return await _stream(request, response, _gzipped(_padded(_body(response), fault.gzip_bomb)))
    if fault.drip_s:
        return await _drip(request, response, fault.drip_s)
    if fault.malformed:
        return _truncated(response, fault.malformed)
    if fault.body:
        response.body = BODIES[fault.body]
    if fault.header_bytes:
        response.headers["X-Long"] = "x" * fault.header_bytes
    if fault.location:
        return _with_address(response, ADDRESSES[fault.location])
    return _without_address(response) if fault.no_location else response


def _truncated(response: web.Response, status: bool | int) -> web.Response:  # noqa: FBT001 - True = unchanged
    body = _body(response)
    response.body = body[: len(body) // 2]
    if status is not True:
        response.set_status(int(status))
    return response


def _without_address(response: web.Response) -> web.Response:
    """Remove the address from the headers, and from the parts of a multipart body."""
    response.headers.popall("Location", None)
    if response.content_type.startswith("multipart/"):
        response.body = _ADDRESS_LINE.sub(b"", _body(response))
    return response


def _with_address(response: web.Response, address: str) -> web.Response:
    """Replace the address in the headers, and in the parts of a multipart body."""
    if "Location" in response.headers:
        response.headers["Location"] = address
    if response.content_type.startswith("multipart/"):
        line = f"\\1: {address}\r\n".encode()
        response.body = _ADDRESS_LINE.sub(line, _body(response))
    return response


async def _drip(request: web.Request, response: web.Response, seconds: float) -> web.StreamResponse:
    """Send one byte at a time, then blanks, and the rest at the end of the time."""
    stream, body = await _begin(request, response), _body(response)
    ends_at = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < ends_at:
        await stream.write(body[:1] or b" ")
        body = body[1:]
        await asyncio.sleep(DRIP_INTERVAL_S)
    await stream.write_eof(body)
    return stream


async def _stream(
    request: web.Request, response: web.Response, pieces: Iterator[bytes]
) -> web.StreamResponse:
    stream = await _begin(request, response)
    for piece in pieces:
        await stream.write(piece)
        await asyncio.sleep(0)
    await stream.write_eof()
    return stream


async def _begin(request: web.Request, response: web.Response) -> web.StreamResponse:
    """Send the head of the response. Its body follows in chunks."""
    headers = {
        name: value for name, value in response.headers.items() if name.lower() != "content-length"
    }
    stream = web.StreamResponse(status=response.status, headers=headers)
    await stream.prepare(request)
    return stream


def _padded(body: bytes, size: int) -> Iterator[bytes]:
    """Yield the body and then blanks, ``size`` bytes in all."""
    yield body[:size]
    for left in range(size - len(body), 0, -_PIECE):
        yield b" " * min(left, _PIECE)


def _gzipped(pieces: Iterator[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(wbits=_GZIP)
    for piece in pieces:
        if packed := packer.compress(piece):
            yield packed
    yield packer.flush()


def _body(response: web.Response) -> bytes:
    return response.body if isinstance(response.body, bytes) else b""
