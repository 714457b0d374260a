"""The webhook ``POST /back-offices/{name}``, which answers at once, or with the injected fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from simulator.back_offices.record import read_webhook
from simulator.routes.fault_injection import respond
from simulator.routes.middleware import ADDRESS, authenticated, problem_refusal
from simulator.routes.problems import problem

if TYPE_CHECKING:
    from simulator.back_offices.back_office import BackOffice
    from simulator.back_offices.back_offices import BackOffices
    from simulator.back_offices.fault import Fault


def webhook(back_offices: BackOffices) -> list[web.RouteDef]:
    """Return the route that the dispatcher posts webhooks to."""

    async def call(
        request: web.Request, back_office: BackOffice, body: bytes
    ) -> web.StreamResponse:
        if not back_office.has_valid_signature(request.headers, body):
            back_office.refused += 1
            return problem(401, "The signature is missing, wrong or too old (Standard Webhooks)")

        snapshot = read_webhook(request.headers, body)

        def store() -> web.Response:
            back_office.store(snapshot, request.headers, body)
            return web.Response(body=b'{"received":true}', content_type="application/json")

        return await respond(request, back_office, snapshot, store, _refuse)

    return [web.post(ADDRESS, authenticated(back_offices, problem_refusal, call))]


def _refuse(fault: Fault) -> web.Response:
    status = fault.odata_error.status if fault.odata_error else fault.status or 500
    return problem(status, "A fault on demand", headers=fault.headers)
