"""Required authentication and tokens: ``/authentication`` and ``/oauth2/v2.0/token`` of a back
office.
"""

from __future__ import annotations

import json
import time
from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import web

from simulator.authentication.requirements import read_requirement
from simulator.authentication.token_errors import token_error, token_status
from simulator.authentication.token_requests import check_token_request
from simulator.back_offices.fault import FaultTarget
from simulator.errors import OAuthError
from simulator.routes.fault_injection import inject_fault
from simulator.routes.middleware import ADDRESS

if TYPE_CHECKING:
    from simulator.back_offices.back_office import BackOffice
    from simulator.back_offices.back_offices import BackOffices
    from simulator.back_offices.fault import Fault

_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


def authentication(back_offices: BackOffices) -> list[web.RouteDef]:
    """Return the routes that set the required authentication, revoke tokens and issue tokens."""
    address = f"{ADDRESS}/authentication"

    async def put(request: web.Request) -> web.Response:
        requirement = read_requirement(await request.read())
        back_offices.get_or_create(request.match_info["name"]).require_authentication(requirement)
        return web.Response(status=204)

    async def remove(request: web.Request) -> web.Response:
        back_offices.get(request.match_info["name"]).require_authentication(None)
        return web.Response(status=204)

    async def expire(request: web.Request) -> web.Response:
        found = back_offices.get(request.match_info["name"]).bearer_authenticator
        if found:
            found.tokens.expire()
        return web.Response(status=204)

    return [
        web.put(address, put),
        web.delete(address, remove),
        web.post(f"{address}/expire", expire),
        *_tokens(back_offices),
    ]


def _tokens(back_offices: BackOffices) -> list[web.RouteDef]:
    async def token(request: web.Request) -> web.StreamResponse:
        back_office, body = back_offices.get(request.match_info["name"]), await request.read()
        fault = back_office.choose_fault(target=FaultTarget.TOKENS)
        try:
            if fault is None:
                return _issued(request, back_office, body)
            return await inject_fault(
                request,
                fault,
                lambda: _with_changed_fields(_issued(request, back_office, body), fault),
                _fault_response,
            )
        except OAuthError as error:
            return _refused(error, token_status(error.code), {})

    return [web.post(f"{ADDRESS}/oauth2/v2.0/token", token)]


def _issued(request: web.Request, back_office: BackOffice, body: bytes) -> web.Response:
    authenticator = back_office.bearer_authenticator
    if authenticator is None:
        raise OAuthError(
            "unauthorized_client",
            (
                "AADSTS700016: No application is registered here; the back office does not "
                "require OAuth2."
            ),
        )
    if request.content_type != "application/x-www-form-urlencoded":
        raise OAuthError(
            "invalid_request",
            "AADSTS900144: The request body must be application/x-www-form-urlencoded.",
        )
    check_token_request(authenticator.requirement, request.headers.get("Authorization"), body)
    back_office.tokens_issued += 1
    token = authenticator.tokens.issue(time.monotonic())
    return web.json_response(
        {
            "token_type": "Bearer",
            "expires_in": authenticator.tokens.lifetime_s,
            "access_token": token,
        },
        headers=_NO_STORE,
    )


def _with_changed_fields(response: web.Response, fault: Fault) -> web.Response:
    """Return the response with the fields that the fault changes."""
    if fault.token_answer:
        issued = json.loads(response.text or "") | fault.token_answer
        response.text = json.dumps({name: v for name, v in issued.items() if v is not None})
    return response


def _fault_response(fault: Fault) -> web.Response:
    """Return an OAuth error, or an HTML page, as a proxy before the token endpoint returns it."""
    if not fault.token_error:
        page = "<html><body><h1>A fault on demand</h1></body></html>"
        status = fault.status or 500
        headers = fault.headers
        return web.Response(status=status, text=page, headers=headers, content_type="text/html")
    error = OAuthError(fault.token_error, "AADSTS90033: A fault on demand.")
    return _refused(error, fault.token_status or token_status(error.code), fault.headers)


def _refused(error: OAuthError, status: int, headers: dict[str, str]) -> web.Response:
    challenge = (
        {"WWW-Authenticate": 'Basic realm="simulator"'} if status == HTTPStatus.UNAUTHORIZED else {}
    )
    return web.json_response(
        token_error(error.code, str(error)), status=status, headers=headers | challenge | _NO_STORE
    )
