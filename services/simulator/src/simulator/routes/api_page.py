"""The API page of Business Central: appointments, lines posted afterwards, and the metadata."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Any

from aiohttp import web

from simulator.api_page.read import PARTS, read_appointment, read_line
from simulator.api_page.responses import (
    PROPERTIES,
    appointment_created,
    edmx,
    error_body,
    line_created,
    row_of,
)
from simulator.back_offices.fault import ODataFault
from simulator.back_offices.rows import faulty_rows
from simulator.errors import ODataError
from simulator.odata.query import read_rows
from simulator.routes.fault_injection import respond, respond_to_read
from simulator.routes.middleware import ADDRESS, authenticated
from simulator.routes.odata_responses import VERSION, odata_error, odata_json

if TYPE_CHECKING:
    from simulator.back_offices.back_office import BackOffice
    from simulator.back_offices.back_offices import BackOffices
    from simulator.back_offices.fault import Fault
    from simulator.back_offices.record import Record
    from simulator.routes.middleware import Handler

_BASE = f"{ADDRESS}/api/dimeSoftware/dimeScheduler/v1.0"
_GUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
LOCKED = ODataFault(
    code="Application_DialogException",
    message=(
        "The operation could not complete because a record in the Appointment table was locked by "
        "another user. Please retry the activity."
    ),
)
SKIP_TOKEN, PAGE_ROWS = "$skiptoken", 100
_NO_COMPANY = str(uuid.UUID(int=0))
"""The id of a company that does not exist."""
_APPOINTMENTS = re.compile(rf"companies\({_GUID}\)/appointments")
_RECORD = re.compile(rf"companies\({_GUID}\)/appointments\((?P<id>{_GUID})\)")
_LINES = re.compile(
    rf"companies\({_GUID}\)/appointments\((?P<id>{_GUID})\)/(?P<part>{'|'.join(PARTS)})"
)


def api_page(back_offices: BackOffices) -> list[web.RouteDef]:
    """Return the routes of the API page."""
    return [
        web.get(f"{_BASE}/$metadata", authenticated(back_offices, unauthorised, _describe)),
        web.route(
            "*",
            f"{_BASE}/{{path:.*}}",
            authenticated(back_offices, unauthorised, _with_odata_errors(_call)),
        ),
    ]


def _with_odata_errors(handler: Handler) -> Handler:
    """Return the handler with its errors as Business Central's answers."""

    async def handle(
        request: web.Request, back_office: BackOffice, body: bytes
    ) -> web.StreamResponse:
        try:
            return await handler(request, back_office, body)
        except ODataError as error:
            back_office.refused += 1
            return error_response(error.status, error.code, str(error))

    return handle


async def _describe(_request: web.Request, _office: BackOffice, _body: bytes) -> web.StreamResponse:
    return web.Response(body=edmx(), content_type="application/xml")


async def _call(request: web.Request, back_office: BackOffice, body: bytes) -> web.StreamResponse:
    path = request.match_info["path"]
    lines = _LINES.fullmatch(path)
    record = _RECORD.fullmatch(path)
    if record is not None and request.method == "GET":
        return _record(back_office, record["id"].lower())
    if lines is None and not _APPOINTMENTS.fullmatch(path):
        raise ODataError(
            404, "BadRequest_ResourceNotFound", f"Resource not found for the segment '{path}'."
        )
    if path.startswith(f"companies({_NO_COMPANY})"):
        raise ODataError(404, "BadRequest_NotFound", f"The company '{_NO_COMPANY}' does not exist.")
    if request.method == "GET" and lines is None:
        return await _rows(request, back_office)
    if request.method != "POST":
        raise ODataError(
            405, "BadRequest_MethodNotAllowed", f"{request.method} is not supported here."
        )
    if request.content_type != "application/json":
        raise ODataError(
            415,
            "BadRequest",
            f"The content type '{request.content_type}' is not supported; application/json is.",
        )
    return await (
        _line(request, back_office, body, lines["id"], lines["part"])
        if lines
        else _appointment(request, back_office, body)
    )


async def _rows(request: web.Request, back_office: BackOffice) -> web.StreamResponse:
    """Answer a page of at most 100 rows, with the link to the next one."""
    back_office.reads += 1
    records = back_office.all_records()
    rows = [row_of(record, back_office.state_of(record)) for record in records]
    query = {name: value for name, value in request.query.items() if name != SKIP_TOKEN}
    token = request.query.get(SKIP_TOKEN, "0")
    if not token.isdecimal():
        raise ODataError(400, "BadRequest", f"'{token}' is no skip token.")
    begin = int(token)

    def answer(fault: Fault | None) -> web.Response:
        read = faulty_rows(rows, fault)
        is_wrong = fault is not None and fault.other_records
        found = read_rows({} if is_wrong else query, read, PROPERTIES)
        body: dict[str, Any] = {"value": found[begin : begin + PAGE_ROWS]}
        if begin + PAGE_ROWS < len(found):
            following = request.url.update_query({SKIP_TOKEN: str(begin + PAGE_ROWS)})
            body["@odata.nextLink"] = str(following)
        return odata_json(body)

    return await respond_to_read(request, back_office, answer, _refuse)


def _record(back_office: BackOffice, entity_id: str) -> web.Response:
    back_office.reads += 1
    record = back_office.find(entity_id)
    if record is None:
        raise ODataError(
            404, "BadRequest_NotFound", f"The appointment '{entity_id}' does not exist."
        )
    row = row_of(record, back_office.state_of(record))
    return odata_json(row)


async def _appointment(
    request: web.Request, back_office: BackOffice, body: bytes
) -> web.StreamResponse:
    snapshot = read_appointment(body)
    address = str(request.url)

    def store() -> web.Response:
        record = back_office.store(snapshot, request.headers, body)
        return _created(
            f"{address}({record.entity_id})",
            appointment_created(
                address, row_of(record, back_office.state_of(record)), back_office.processing
            ),
        )

    return await respond(request, back_office, snapshot, store, _refuse)


async def _line(
    request: web.Request, back_office: BackOffice, body: bytes, entity_id: str, part: str
) -> web.StreamResponse:
    record = back_office.find(entity_id.lower())
    if record is None:
        raise ODataError(
            404, "BadRequest_NotFound", f"The appointment '{entity_id}' does not exist."
        )
    line, identity, address = read_line(part, body), str(uuid.uuid4()), str(request.url)

    def store() -> web.Response:
        _lines(record, part).append(line)
        return _created(f"{address}({identity})", line_created(address, identity, part, line))

    return await respond(request, back_office, None, store, _refuse)


def _lines(record: Record, part: str) -> list[dict[str, Any]]:
    return record.resources if part == "appointmentResources" else record.field_values


def _created(address: str, body: bytes) -> web.Response:
    headers = {
        "Location": address,
        "Content-Type": "application/json; odata.metadata=minimal",
    } | VERSION
    return web.Response(status=201, body=body, headers=headers)


def _refuse(fault: Fault) -> web.Response:
    error = fault.odata_error or (LOCKED if fault.record_locked else None)
    if error:
        message = error.message.ljust(fault.fault_bytes or 0, "x")
        return error_response(error.status, error.code, message, fault.headers)
    return error_response(fault.status or 500, "Unknown", "A fault on demand.", fault.headers)


def unauthorised(status: int, detail: str, headers: dict[str, str]) -> web.Response:
    """Return the refusal of a call without valid credentials."""
    return error_response(status, "Authentication_InvalidCredentials", f"{detail}.", headers)


def error_response(
    status: int, code: str, message: str, headers: dict[str, str] | None = None
) -> web.Response:
    """Return an error as Business Central's OData services answer it."""
    return odata_error(status, error_body(code, message), headers)
