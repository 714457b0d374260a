"""The door of every protocol: who may come in, and how one who may not is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from aiohttp import web

from simulator.back_offices.journal import Call
from simulator.routes.problems import problem

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from simulator.authentication.gates import Verdict
    from simulator.back_offices.back_office import BackOffice
    from simulator.back_offices.back_offices import BackOffices

    Inside = Callable[[web.Request, BackOffice, bytes], Awaitable[web.StreamResponse]]
    Refuse = Callable[[int, str, dict[str, str]], web.Response]

ADDRESS = "/back-offices/{name:[a-z0-9][a-z0-9-]{0,39}}"
POST = "POST"
CALL = web.RequestKey("call", Call)
"""The key of a request's line in the journal."""


def door(
    offices: BackOffices, refuse: Refuse, inside: Inside
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Return a handler that lets in who proves what is required; ``refuse`` words a 401 as
    the protocol does.
    """
    carried: WeakKeyDictionary[object, int] = WeakKeyDictionary()

    async def handle(request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if request.method != POST:
            return await enter(request, offices.look(name), is_call=False)
        with offices.journal.call(name) as call:
            request[CALL] = call
            answered = await enter(request, offices.open(name), is_call=True)
            call.status = answered.status
            return answered

    async def enter(
        request: web.Request, office: BackOffice, *, is_call: bool
    ) -> web.StreamResponse:
        body = await request.read()
        answered = await judged(request, office, body, is_call=is_call)
        connection = request.transport or request
        carried[connection] = carried.get(connection, 0) + 1
        if office.closes_after and carried[connection] >= office.closes_after:
            answered.force_close()
        return answered

    async def judged(
        request: web.Request, office: BackOffice, body: bytes, *, is_call: bool
    ) -> web.StreamResponse:
        verdict = office.judge(request.headers.get("Authorization"), request.transport or request)
        office.received += is_call and not (verdict and verdict.is_step)
        if verdict is None:
            return await inside(request, office, body)
        if not verdict.is_admitted:
            return refuse(401, "Who is calling is not proved", _challenge(verdict))
        return _with(await inside(request, office, body), _challenge(verdict))

    return handle


def problem_refusal(status: int, detail: str, headers: dict[str, str]) -> web.Response:
    """Refuse with a problem document."""
    return problem(status, detail, headers=headers)


def _challenge(verdict: Verdict) -> dict[str, str]:
    return {"WWW-Authenticate": verdict.challenge} if verdict.challenge else {}


def _with(answer: web.StreamResponse, headers: dict[str, Any]) -> web.StreamResponse:
    """Return the answer with these headers, unless its own are on their way already."""
    if not answer.prepared:
        answer.headers.update(headers)
    return answer
