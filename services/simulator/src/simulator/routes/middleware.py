"""The door of every protocol: who may come in, and how one who may not is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from aiohttp import web

from simulator.back_offices.journal import Call
from simulator.routes.problems import problem

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from simulator.authentication.authenticators import AuthResult
    from simulator.back_offices.back_office import BackOffice
    from simulator.back_offices.back_offices import BackOffices

    Handler = Callable[[web.Request, BackOffice, bytes], Awaitable[web.StreamResponse]]
    Refuse = Callable[[int, str, dict[str, str]], web.Response]

ADDRESS = "/back-offices/{name:[a-z0-9][a-z0-9-]{0,39}}"
POST = "POST"
CALL = web.RequestKey("call", Call)
"""The key of a request's line in the journal."""


def authenticated(
    back_offices: BackOffices, refuse: Refuse, handler: Handler
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Return a handler that lets in who proves what is required; ``refuse`` words a 401 as
    the protocol does.
    """
    requests_carried: WeakKeyDictionary[object, int] = WeakKeyDictionary()

    async def handle(request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if request.method != POST:
            return await respond(request, back_offices.get(name), is_call=False)
        with back_offices.journal.call(name) as call:
            request[CALL] = call
            response = await respond(request, back_offices.get_or_create(name), is_call=True)
            call.status = response.status
            return response

    async def respond(
        request: web.Request, back_office: BackOffice, *, is_call: bool
    ) -> web.StreamResponse:
        body = await request.read()
        response = await checked(request, back_office, body, is_call=is_call)
        connection = request.transport or request
        requests_carried[connection] = requests_carried.get(connection, 0) + 1
        if back_office.closes_after and requests_carried[connection] >= back_office.closes_after:
            response.force_close()
        return response

    async def checked(
        request: web.Request, back_office: BackOffice, body: bytes, *, is_call: bool
    ) -> web.StreamResponse:
        result = back_office.authenticate(
            request.headers.get("Authorization"), request.transport or request
        )
        back_office.received += is_call and not (result and result.is_handshake_step)
        if result is None:
            return await handler(request, back_office, body)
        if not result.is_authenticated:
            return refuse(401, "Who is calling is not proved", _challenge(result))
        return _with(await handler(request, back_office, body), _challenge(result))

    return handle


def problem_refusal(status: int, detail: str, headers: dict[str, str]) -> web.Response:
    """Refuse with a problem document."""
    return problem(status, detail, headers=headers)


def _challenge(result: AuthResult) -> dict[str, str]:
    return {"WWW-Authenticate": result.challenge} if result.challenge else {}


def _with(response: web.StreamResponse, headers: dict[str, Any]) -> web.StreamResponse:
    """Return the answer with these headers, unless its own are on their way already."""
    if not response.prepared:
        response.headers.update(headers)
    return response
