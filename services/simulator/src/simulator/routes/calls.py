"""The call itself: ``POST /back-offices/{name}``, answered at once, or as badly as the back office was told to."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import TYPE_CHECKING

from aiohttp import web

from simulator.routes.problems import problem

if TYPE_CHECKING:
    from simulator.back_offices.back_office import BackOffice
    from simulator.back_offices.back_offices import BackOffices
    from simulator.back_offices.fault import Fault

ADDRESS = "/back-offices/{name:[a-z0-9][a-z0-9-]{0,39}}"
_AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER with no time to linger: closing sends RST."""


def calls(offices: BackOffices) -> list[web.RouteDef]:
    """Return the route that the dispatcher calls."""

    async def call(request: web.Request) -> web.StreamResponse:
        body = await request.read()
        office = offices.open(request.match_info["name"])
        office.received += 1
        if not office.trusts(request.headers, body):
            office.refused += 1
            return problem(401, "The signature is missing, wrong or too old (Standard Webhooks)")
        fault = office.strike()
        if fault is not None:
            return await _misbehave(request, office, fault, body)
        office.store(request.headers, body)
        return _received()

    return [web.post(ADDRESS, call)]


def _received() -> web.Response:
    return web.Response(body=b'{"received":true}', content_type="application/json")


async def _misbehave(request: web.Request, office: BackOffice, fault: Fault, body: bytes) -> web.StreamResponse:
    is_stored = fault.store_then_silence or not (fault.reset or fault.status)
    if is_stored:
        office.store(request.headers, body)
    await asyncio.sleep(fault.delay_s)
    if fault.store_then_silence:
        await asyncio.Event().wait()
    if fault.reset:
        _reset(request)
    if fault.status is None:
        return _received()
    headers = {} if fault.retry_after_s is None else {"Retry-After": str(fault.retry_after_s)}
    return problem(fault.status, "A fault on demand", headers=headers)


def _reset(request: web.Request) -> None:
    """Cut the connection with RST; what is answered afterwards reaches nobody."""
    transport = request.transport
    if transport is None:
        return
    number = transport.get_extra_info("socket").fileno()
    with socket.fromfd(number, socket.AF_INET, socket.SOCK_STREAM) as twin:
        twin.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    transport.abort()
