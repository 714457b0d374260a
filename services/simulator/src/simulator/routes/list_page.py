"""The list page of Business Central and NAV as an OData service: its rows and its metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from simulator.errors import ODataError
from simulator.odata.query import read_rows
from simulator.page_service.rows import PROPERTIES, edmx, row_of
from simulator.routes.api_page import error_response, unauthorised
from simulator.routes.middleware import ADDRESS, authenticated
from simulator.routes.odata_responses import odata_json

if TYPE_CHECKING:
    from simulator.back_offices.back_office import BackOffice
    from simulator.back_offices.back_offices import BackOffices

_BASE = f"{ADDRESS}/ODataV4"


def list_page(back_offices: BackOffices) -> list[web.RouteDef]:
    """Return the routes of the list page."""
    return [
        web.get(f"{_BASE}/$metadata", authenticated(back_offices, unauthorised, _describe)),
        web.get(
            f"{_BASE}/{{company}}/Appointments", authenticated(back_offices, unauthorised, _rows)
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
        return error_response(error.status, error.code, str(error))
    return odata_json({"value": found})
