"""The list page of Business Central and NAV as an OData service: its rows and its metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from common.exact_json import write_json
from simulator.api_page.responses import error_body
from simulator.errors import ODataError
from simulator.odata.query import read_rows
from simulator.page_service.rows import PROPERTIES, edmx, row_of
from simulator.routes.middleware import ADDRESS, authenticated

if TYPE_CHECKING:
    from simulator.back_offices.back_office import BackOffice
    from simulator.back_offices.back_offices import BackOffices

_BASE = f"{ADDRESS}/ODataV4"


def list_page(back_offices: BackOffices) -> list[web.RouteDef]:
    """Return the routes of the list page."""
    return [
        web.get(f"{_BASE}/$metadata", authenticated(back_offices, _unauthorised, _describe)),
        web.get(
            f"{_BASE}/{{company}}/Appointments", authenticated(back_offices, _unauthorised, _rows)
        ),
    ]


async def _describe(_request: web.Request, _office: BackOffice, _body: bytes) -> web.StreamResponse:
    return web.Response(body=edmx(), content_type="application/xml")


async def _rows(request: web.Request, back_office: BackOffice, _body: bytes) -> web.StreamResponse:
    back_office.reads += 1
    rows = [row_of(record, back_office.state_of(record)) for record in back_office.all_records()]
    try:
        found = read_rows(request.query, rows, PROPERTIES)
    except ODataError as error:
        return _error(error.status, error.code, str(error))
    return rows_response(found)


def rows_response(rows: list[dict[str, object]]) -> web.Response:
    """Return the answer with these rows."""
    return web.json_response({"value": rows}, headers={"OData-Version": "4.0"}, dumps=write_json)


def _unauthorised(status: int, detail: str, headers: dict[str, str]) -> web.Response:
    return _error(status, "Authentication_InvalidCredentials", f"{detail}.", headers)


def _error(
    status: int, code: str, message: str, headers: dict[str, str] | None = None
) -> web.Response:
    return web.Response(
        status=status,
        body=error_body(code, message),
        headers=headers,
        content_type="application/json",
    )
