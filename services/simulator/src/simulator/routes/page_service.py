"""The page service ``/back-offices/{name}/WS/{company}/Page/Appointment``, its WSDL, its operation
Create and its reads.
"""

from __future__ import annotations

from http.client import responses
from typing import TYPE_CHECKING

from aiohttp import web

from simulator.back_offices.rows import faulty_rows
from simulator.errors import SoapFaultError
from simulator.page_service.create import read_create
from simulator.page_service.faults import CATALOGUE, NOT_FOUND, SoapFault, fault_body
from simulator.page_service.read import find_rows, read_operation, read_result
from simulator.page_service.responses import created
from simulator.page_service.rows import row_of
from simulator.page_service.wsdl import wsdl
from simulator.routes.fault_injection import respond, respond_to_read
from simulator.routes.middleware import ADDRESS, CALL, READ, authenticated

if TYPE_CHECKING:
    from simulator.back_offices.back_office import BackOffice
    from simulator.back_offices.back_offices import BackOffices
    from simulator.back_offices.fault import Fault

_PAGE = f"{ADDRESS}/WS/{{company}}/Page"
_CONTENT_TYPE = "text/xml"


def page_service(back_offices: BackOffices) -> list[web.RouteDef]:
    """Return the routes of the page service."""
    return [
        web.get(f"{_PAGE}/Appointment", authenticated(back_offices, _plain, _describe)),
        web.post(f"{_PAGE}/Appointment", authenticated(back_offices, _plain, _call)),
        web.route("*", f"{_PAGE}/{{other}}", authenticated(back_offices, _plain, _not_found)),
    ]


async def _describe(request: web.Request, _office: BackOffice, _body: bytes) -> web.StreamResponse:
    return web.Response(
        body=wsdl(f"{request.scheme}://{request.host}{request.raw_path}"),
        content_type=_CONTENT_TYPE,
        charset="utf-8",
    )


async def _not_found(
    _request: web.Request, back_office: BackOffice, _body: bytes
) -> web.StreamResponse:
    back_office.refused += 1
    return _faulty(NOT_FOUND)


async def _call(request: web.Request, back_office: BackOffice, body: bytes) -> web.StreamResponse:
    if request.content_type != _CONTENT_TYPE or (request.charset or "utf-8").lower() != "utf-8":
        back_office.refused += 1
        return _plain(415, f"The content type must be {_CONTENT_TYPE}; charset=utf-8", {})
    operation = read_operation(request.headers.get("SOAPAction"))
    if operation:
        return await _read(request, back_office, operation, body)
    try:
        snapshot, entity = read_create(request.headers.get("SOAPAction"), body)
    except SoapFaultError as error:
        back_office.refused += 1
        return _faulty(SoapFault(error.exception, str(error)))

    def store() -> web.Response:
        record = back_office.store(snapshot, request.headers, body)
        state = back_office.state_of(record) if back_office.processing else None
        return web.Response(
            body=created(entity, record.number, state), content_type=_CONTENT_TYPE, charset="utf-8"
        )

    return await respond(request, back_office, snapshot, store, _refuse)


async def _read(
    request: web.Request, back_office: BackOffice, operation: str, body: bytes
) -> web.StreamResponse:
    """Answer a read of records, which is counted apart from the calls that store."""
    request[CALL].action = READ
    back_office.reads += 1
    back_office.received -= 1
    records = back_office.all_records()
    rows = [row_of(record, back_office.state_of(record)) for record in records]

    def answer(fault: Fault | None) -> web.Response:
        read = faulty_rows(rows, fault)
        found = read if fault and fault.other_records else find_rows(operation, body, read)
        return web.Response(
            body=read_result(operation, found), content_type=_CONTENT_TYPE, charset="utf-8"
        )

    try:
        return await respond_to_read(request, back_office, answer, _refuse)
    except SoapFaultError as error:
        return _faulty(SoapFault(error.exception, str(error)))


def _refuse(fault: Fault) -> web.Response:
    name = "RecordLocked" if fault.record_locked else fault.soap_fault
    if name:
        return _faulty(_lengthened(CATALOGUE[name], fault.fault_bytes), fault)
    status = fault.odata_error.status if fault.odata_error else fault.status or 500
    return _plain(status, "A fault on demand", fault.headers)


def _lengthened(fault: SoapFault, size: int | None) -> SoapFault:
    return fault._replace(message=fault.message.ljust(size or 0, "x"))


def _faulty(soap_fault: SoapFault, fault: Fault | None = None) -> web.Response:
    form = fault.fault_form if fault else None
    return web.Response(
        status=500,
        body=fault_body(soap_fault, form),
        headers=fault.headers if fault else None,
        content_type=_CONTENT_TYPE,
        charset="utf-16" if form == "utf-16" else "utf-8",
    )


def _plain(status: int, detail: str, headers: dict[str, str]) -> web.Response:
    """Answer with an HTML page, as the web server before the service does."""
    title = responses.get(status, "Fault")
    text = (
        f"<html><head><title>{status} "
        f"{title}</title></head><body><h1>{title}</h1><p>{detail}</p></body></html>"
    )
    return web.Response(status=status, text=text, headers=headers, content_type="text/html")
