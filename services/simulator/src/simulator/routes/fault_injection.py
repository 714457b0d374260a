"""Injects faults into the answers of every protocol: delay, reset, silence, redirect, refusal or a
corrupt response.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from functools import partial
from typing import TYPE_CHECKING

from aiohttp import web

from simulator.back_offices.fault import FaultTarget
from simulator.routes.middleware import CALL
from simulator.routes.response_faults import corrupt_response

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.appointments.snapshot import Snapshot
    from simulator.back_offices.back_office import BackOffice
    from simulator.back_offices.fault import Fault

    Store = Callable[[], web.Response]
    Answer = Callable[[Fault | None], web.Response]
    Refuse = Callable[[Fault], web.Response]

_SIGN_IN = (
    "<!DOCTYPE html><html><head><title>Sign in</title></head><body><form method='post'>"
    "<input name='user'><input type='password' name='password'></form></body></html>"
)
_NO_LINGER = struct.pack("ii", 1, 0)
"""SO_LINGER with a timeout of 0, so that closing sends RST."""


async def respond(
    request: web.Request,
    back_office: BackOffice,
    snapshot: Snapshot | None,
    store: Store,
    refuse: Refuse,
) -> web.StreamResponse:
    """Answer a call: ``store`` stores it and returns the normal response, ``refuse`` returns a
    fault in the protocol's form.

    Without a ``snapshot`` the call adds lines to an earlier one.
    """
    if snapshot is None:
        fault = back_office.choose_fault()
        return store() if fault is None else await inject_fault(request, fault, store, refuse)
    call = request[CALL]
    call.is_about(snapshot)
    fault = back_office.choose_fault(snapshot.appointment)
    call.stored = fault is None or fault.is_stored
    return store() if fault is None else await inject_fault(request, fault, store, refuse)


async def respond_to_read(
    request: web.Request, back_office: BackOffice, answer: Answer, refuse: Refuse
) -> web.StreamResponse:
    """Answer a read of records. ``answer`` returns the normal response, or that of a fault."""
    fault = back_office.choose_fault(target=FaultTarget.READS)
    if fault is None:
        return answer(None)
    return await inject_fault(request, fault, partial(answer, fault), refuse)


async def inject_fault(
    request: web.Request, fault: Fault, store: Store, refuse: Refuse
) -> web.StreamResponse:
    """Answer a call, or a request for a token, with the fault."""
    stored = store() if fault.is_stored else None
    if fault.stored_after_s:
        asyncio.get_running_loop().call_later(fault.stored_after_s, store)
    await asyncio.sleep(fault.delay_s)
    if fault.store_then_silence:
        await asyncio.Event().wait()
    if fault.reset:
        _reset(request)
        return web.Response()
    if fault.redirect_to:
        return web.Response(status=307, headers={"Location": fault.redirect_to})
    if fault.sign_in_page:
        return web.Response(text=_SIGN_IN, content_type="text/html")
    if stored is None or fault.is_refusal:
        return refuse(fault)
    return await corrupt_response(request, fault, stored)


def _reset(request: web.Request) -> None:
    """Close the connection with RST. Later output is lost."""
    transport = request.transport
    if transport is None:
        return
    number = transport.get_extra_info("socket").fileno()
    with socket.fromfd(number, socket.AF_INET, socket.SOCK_STREAM) as twin:
        twin.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    transport.abort()
