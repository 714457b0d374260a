"""The Web API of Dataverse: batches, reads of records, WhoAmI and the metadata."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from aiohttp import web

from simulator.back_offices.fault import ODataFault
from simulator.dataverse.change_set import (
    APPOINTMENTS,
    DUPLICATE_ERROR,
    NO_RESOURCE_ERROR,
    PAYLOAD_ERROR,
    RESOURCES,
    ChangeSetItem,
    read_changes,
)
from simulator.dataverse.multipart import MultipartError
from simulator.dataverse.requests import Request, read_requests
from simulator.dataverse.responses import Batch, edmx, error_body, who_am_i
from simulator.dataverse.rows import JOB_PROPERTIES, JOBS, PROPERTIES, job_of, row_of
from simulator.errors import ChangeError, ODataError
from simulator.odata.query import read_rows
from simulator.routes.fault_injection import respond
from simulator.routes.middleware import ADDRESS, CALL, authenticated
from simulator.routes.odata_responses import VERSION, odata_error, odata_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.back_offices.back_office import BackOffice
    from simulator.back_offices.back_offices import BackOffices
    from simulator.back_offices.fault import Fault

_BASE = f"{ADDRESS}/api/data/v9.2"
_REQUIRED = (("OData-Version", "4.0"), ("OData-MaxVersion", "4.0"), ("Accept", "application/json"))
_UNEXPECTED = "0x80040216"
QUERY_ERROR = "0x80060888"
LOCKED = ODataFault(
    code="0x80044150", message="Sql error: Generic SQL error. Sql Number: 1205", status=500
)


def dataverse(back_offices: BackOffices) -> list[web.RouteDef]:
    """Return the routes of the Web API."""
    return [
        web.post(f"{_BASE}/$batch", authenticated(back_offices, _unauthorised, _batch)),
        web.get(f"{_BASE}/WhoAmI", authenticated(back_offices, _unauthorised, _who)),
        web.get(f"{_BASE}/$metadata", authenticated(back_offices, _unauthorised, _describe)),
        web.get(f"{_BASE}/{APPOINTMENTS}", authenticated(back_offices, _unauthorised, _rows)),
        web.get(f"{_BASE}/{JOBS}", authenticated(back_offices, _unauthorised, _jobs)),
        web.get(f"{_BASE}/{RESOURCES}", authenticated(back_offices, _unauthorised, _none)),
        web.route(
            "*", f"{_BASE}/{{path:.*}}", authenticated(back_offices, _unauthorised, _unknown)
        ),
    ]


async def _who(_request: web.Request, _office: BackOffice, _body: bytes) -> web.StreamResponse:
    return odata_json(who_am_i())


async def _describe(_request: web.Request, _office: BackOffice, _body: bytes) -> web.StreamResponse:
    return web.Response(body=edmx(), content_type="application/xml")


async def _none(_request: web.Request, _office: BackOffice, _body: bytes) -> web.StreamResponse:
    """Return an empty entity set, because it only has to exist. The control API returns the stored
    records.
    """
    return odata_json({"value": []})


async def _rows(request: web.Request, back_office: BackOffice, _body: bytes) -> web.StreamResponse:
    """Return the records of appointments."""
    back_office.reads += 1
    rows = [row_of(record, back_office.state_of(record)) for record in back_office.all_records()]
    return _found(request, rows, PROPERTIES)


async def _jobs(request: web.Request, back_office: BackOffice, _body: bytes) -> web.StreamResponse:
    """Return the system jobs of records that were processed or refused."""
    back_office.reads += 1
    jobs = [job_of(record, back_office.state_of(record)) for record in back_office.all_records()]
    return _found(request, [job for job in jobs if job], JOB_PROPERTIES)


def _found(
    request: web.Request, rows: list[dict[str, Any]], names: Sequence[str]
) -> web.StreamResponse:
    try:
        found = read_rows(request.query, rows, names, _query_error)
    except ODataError as error:
        return _error(error.status, error.code, str(error))
    body = {"value": found}
    return odata_json(body)


def _query_error(text: str) -> ODataError:
    return ODataError(400, QUERY_ERROR, text)


async def _unknown(
    request: web.Request, back_office: BackOffice, _body: bytes
) -> web.StreamResponse:
    back_office.refused += 1
    return _error(
        404,
        NO_RESOURCE_ERROR,
        f"Resource not found for the segment '{request.match_info['path']}'.",
    )


async def _batch(request: web.Request, back_office: BackOffice, body: bytes) -> web.StreamResponse:
    """Store the whole change set or none of it."""
    try:
        requests = _requests(request, body)
        changes = read_changes(requests)
    except ChangeError as error:
        back_office.refused += 1
        return _failed(error)
    except ODataError as error:
        back_office.refused += 1
        return _error(error.status, error.code, str(error))
    return await respond(
        request,
        back_office,
        changes[0].snapshot if changes else None,
        lambda: _store(request, back_office, body, requests, changes),
        lambda fault: _refuse(fault, requests[0].content_id),
    )


def _requests(request: web.Request, body: bytes) -> list[Request]:
    """Return the requests of the batch. Raises ODataError for an invalid batch."""
    for name, value in _REQUIRED:
        if request.headers.get(name) != value:
            raise ODataError(400, PAYLOAD_ERROR, f"The header {name}: {value} is required.")
    try:
        return read_requests(request.headers.get("Content-Type", ""), body)
    except MultipartError as error:
        raise ODataError(400, PAYLOAD_ERROR, str(error)) from None


def _store(
    request: web.Request,
    back_office: BackOffice,
    body: bytes,
    requests: list[Request],
    changes: list[ChangeSetItem],
) -> web.Response:
    taken = back_office.take_ids([one.entity_id for one in requests if one.entity_id])
    if taken is not None:
        return _exists(request, back_office, taken, requests)
    ids = {one.content_id: one.entity_id or str(uuid.uuid4()) for one in requests}
    for change in changes:
        ids[change.content_id] = back_office.store(
            change.snapshot, request.headers, body, change.content, change.entity_id
        ).entity_id
    base = str(request.url).removesuffix("$batch")
    batch = Batch()
    created = batch.created(
        {
            request.content_id: f"{base}{request.entity_set}({ids[request.content_id]})"
            for request in requests
        }
    )
    return web.Response(body=created, headers={"Content-Type": batch.content_type} | VERSION)


def _exists(
    request: web.Request, back_office: BackOffice, taken: str, requests: list[Request]
) -> web.Response:
    """Refuse the change set, because the record with the id ``taken`` exists."""
    back_office.refused += 1
    request[CALL].stored = False
    content_id = next(one.content_id for one in requests if one.entity_id == taken)
    message = "A record with matching key values already exists."
    return _failed(ChangeError(content_id, 412, DUPLICATE_ERROR, message))


def _failed(error: ChangeError, retry_after_s: int | None = None) -> web.Response:
    batch = Batch()
    return web.Response(
        body=batch.failed(error, retry_after_s),
        headers={"Content-Type": batch.content_type} | VERSION,
    )


def _refuse(fault: Fault, content_id: str) -> web.Response:
    wanted = fault.odata_error or (LOCKED if fault.record_locked else None)
    if wanted:
        message = wanted.message.ljust(fault.fault_bytes or 0, "x")
        error = ChangeError(content_id, wanted.status, wanted.code, message)
        return _failed(error, fault.retry_after_s)
    return _error(fault.status or 500, _UNEXPECTED, "A fault on demand.", fault.headers)


def _unauthorised(status: int, detail: str, headers: dict[str, str]) -> web.Response:
    return _error(status, "0x80072560", f"{detail}.", headers)


def _error(
    status: int, code: str, message: str, headers: dict[str, str] | None = None
) -> web.Response:
    return odata_error(status, error_body(code, message), headers)
