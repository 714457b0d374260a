"""Middleware of every protocol: authentication, journal and the limit of requests per
connection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from aiohttp import web

from simulator.back_offices.back_offices import BACK_OFFICE_NAME
from simulator.back_offices.journal import Call
from simulator.routes.problems import problem

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from simulator.authentication.authenticators import AuthResult
    from simulator.back_offices.back_office import BackOffice
    from simulator.back_offices.back_offices import BackOffices

    Handler = Callable[[web.Request, BackOffice, bytes], Awaitable[web.StreamResponse]]
    Refuse = Callable[[int, str, dict[str, str]], web.Response]

ADDRESS = f"/back-offices/{{name:{BACK_OFFICE_NAME}}}"
POST = "POST"
FILTER, READ = "$filter", "read"
"""The option of a read of records, and its action in the journal."""
CALL = web.RequestKey("call", Call)
"""The key of a request's journal entry."""


def authenticated(
    back_offices: BackOffices, refuse: Refuse, handler: Handler
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Return a handler that requires the back office's authentication. ``refuse`` builds the 401 of
    the protocol.
    """
    requests_carried: WeakKeyDictionary[object, int] = WeakKeyDictionary()

    async def handle(request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if request.method != POST and FILTER not in request.query:
            return await respond(request, back_offices.get(name), is_call=False)
        if request.method != POST:
            with back_offices.journal.call(name) as call:
                call.action = READ
                response = await respond(request, back_offices.get(name), is_call=False)
                call.status = response.status
                return response
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
            return refuse(401, "The caller is not authenticated", _challenge(result))
        return _with(await handler(request, back_office, body), _challenge(result))

    return handle


def problem_refusal(status: int, detail: str, headers: dict[str, str]) -> web.Response:
    """Return the refusal as a problem document."""
    return problem(status, detail, headers=headers)


def _challenge(result: AuthResult) -> dict[str, str]:
    return {"WWW-Authenticate": result.challenge} if result.challenge else {}


def _with(response: web.StreamResponse, headers: dict[str, Any]) -> web.StreamResponse:
    """Return the response with these headers, unless its headers are sent already."""
    if not response.prepared:
        response.headers.update(headers)
    return response
