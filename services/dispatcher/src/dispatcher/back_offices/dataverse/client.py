"""Creates linked records for each change and its resources, in one change set (domain.md, 4.8).

The ids of the records follow from the delivery, and Dataverse refuses an id that it has. So a
repetition of a delivery creates nothing, and its refusal confirms the first one.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from common.contracts.applied_presets import names_of
from common.contracts.mapping import DataverseMapping
from dispatcher.back_offices.appointment_fields import fields_of
from dispatcher.back_offices.calls import (
    Confirmation,
    HttpCall,
    HttpResponse,
    PreparedDelivery,
)
from dispatcher.back_offices.connector_settings import read_mapping, read_time_zone
from dispatcher.back_offices.dataverse.batch import (
    CONTENT_TYPE,
    BatchPart,
    change_set,
    parse_batch,
)
from dispatcher.back_offices.dataverse.probe import probe
from dispatcher.back_offices.dataverse.records import DataverseRecordReader
from dispatcher.back_offices.http_client import open_http_client
from dispatcher.back_offices.odata import mapped_values, odata_error, parse_odata_error
from dispatcher.back_offices.parsing import parse_answer
from dispatcher.back_offices.receipts import id_in, location_of, receipt_of
from dispatcher.back_offices.value_limits import DATAVERSE

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from common.contracts.connector import Connector
    from common.contracts.delivery import DeliveryRequested
    from dispatcher.back_offices.applied_rows import RecordReader
    from dispatcher.back_offices.appointment_fields import AppointmentFields
    from dispatcher.back_offices.http_client import BackOfficeHttpClient, SharedResources
    from dispatcher.back_offices.probe import ProbeResult

IDS = uuid.UUID("d4d0fdf0-3e01-55bd-b46c-851439b5275e")
"""The namespace of the ids of all records (RFC 9562, 5.5)."""
ALREADY_THERE = "The back office had the record already, from an earlier call of this delivery."
PRECONDITION_FAILED = 412
DUPLICATE_CODES = frozenset({"", "0x80040237"})
"""The codes of a record that exists (Microsoft: conditional operations of the Web API). The other
codes of 412 are about other records: a unique key, or a rule for duplicates.
"""
HEADERS = {"OData-Version": "4.0", "OData-MaxVersion": "4.0", "Accept": "application/json"}


def build(connector: Connector, shared: SharedResources) -> DataverseClient:
    """Return the client of this connector's organisation.

    Raises MisconfiguredError when its settings cannot be used.
    """
    return DataverseClient(
        open_http_client(connector, "Dataverse", shared),
        read_mapping(connector, "Dataverse", DataverseMapping),
        read_time_zone(connector, "Dataverse"),
    )


class DataverseClient:
    """The client of one organisation.

    The connector's URI is the service root, as in ``https://org.example/api/data/v9.2``.
    """

    finder = None

    def __init__(
        self, http: BackOfficeHttpClient, mapping: DataverseMapping, zone: ZoneInfo
    ) -> None:
        self._http = http
        self._mapping = mapping
        self._zone = zone
        self._root = http.uri.rstrip("/")

    def prepare(self, request: DeliveryRequested) -> PreparedDelivery:
        """Map the snapshot to one change set."""
        records = self._records(
            request.delivery_id, fields_of(request.transaction, self._zone, DATAVERSE)
        )
        headers = {**HEADERS, "Content-Type": CONTENT_TYPE}
        call = HttpCall("POST", f"{self._root}/$batch", headers, change_set(records))
        return PreparedDelivery(call, records=tuple(address for address, _ in records))

    async def send(self, prepared: PreparedDelivery) -> Confirmation:
        """Create the records. A success is the creation of all of them, now or earlier."""
        faults, count = self._http.faults, len(prepared.records)
        response = await self._http.call(prepared.call)
        parts = await parse_answer(parse_batch, response.body, count)
        for part in parts:
            one = _response_of(part, response)
            if await _is_there(part):
                return self._confirmation(prepared, one, ALREADY_THERE)
            if not one.is_success:
                raise await odata_error(faults, one)
        if not response.is_success:
            raise await odata_error(faults, response)
        if not response.is_whole or len(parts) != count:
            raise faults.transport_error("malformed", response)
        return self._confirmation(prepared, _response_of(parts[0], response))

    async def probe(self) -> ProbeResult:
        """Read the account and the metadata, then an empty page of each entity set."""
        return await probe(self._http, self._root, self._mapping)

    def record_reader(self) -> RecordReader:
        """Return the reader of records by their ids."""
        names = names_of(self._http.connector.kind, self._http.connector.applied)
        return DataverseRecordReader(self._http, self._root, self._mapping.entity_set, names.entry)

    async def close(self) -> None:
        """Close idle connections of the HTTP client."""
        await self._http.close()

    def _records(
        self, delivery_id: str, appointment: AppointmentFields
    ) -> list[tuple[str, dict[str, Any]]]:
        """Return address and content of the appointment, and of each of its resources."""
        path, mapping = urlsplit(self._root).path, self._mapping
        own = f"{mapping.entity_set}({uuid.uuid5(IDS, delivery_id)})"
        records = [(f"{path}/{own}", mapped_values(mapping.names, appointment.fields))]
        resources = mapping.resources
        if resources is None:
            return records
        link = {f"{resources.link}@odata.bind": f"/{own}"}
        for place, line in enumerate(appointment.resources, 1):
            identity = uuid.uuid5(IDS, f"{delivery_id} {place}")
            content = mapped_values(resources.names, line) | link
            records.append((f"{path}/{resources.entity_set}({identity})", content))
        return records

    def _confirmation(
        self, prepared: PreparedDelivery, response: HttpResponse, note: str | None = None
    ) -> Confirmation:
        """Return the confirmation of the appointment's record, whose id is our own."""
        headers, own = response.headers, prepared.records[0]
        named = location_of(self._root, headers.get("OData-EntityId") or headers.get("Location"))
        receipt = receipt_of(
            self._http.faults,
            record_id=id_in(named) or id_in(own),
            location=named or location_of(self._root, own),
            etag=headers.get("ETag"),
        )
        return Confirmation(response.status, response.exchange, receipt, note)


async def _is_there(part: BatchPart) -> bool:
    """Return whether the appointment's record exists, which is the first of the change set."""
    if part.status != PRECONDITION_FAILED or part.content_id not in {None, "1"}:
        return False
    error = await parse_answer(parse_odata_error, part.body)
    return error is None or error.code in DUPLICATE_CODES


def _response_of(part: BatchPart, response: HttpResponse) -> HttpResponse:
    """Return a response inside the response to a batch."""
    return HttpResponse(
        part.status,
        part.headers,
        part.body,
        is_whole=response.is_whole,
        exchange=response.exchange,
        in_change_set=True,
    )
