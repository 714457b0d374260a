"""Creates one record of the API page for each change (domain.md, 4.6)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from common.contracts.applied import AppliedPreset
from common.contracts.applied_presets import names_of
from common.contracts.mapping import ApiPageMapping, property_of
from common.contracts.outcome_check import CheckWay, check_way
from common.exact_json import write_json
from dispatcher.back_offices.api_page.probe import probe
from dispatcher.back_offices.api_page.read_back import ApiPageFinder
from dispatcher.back_offices.applied_rows import state_of_answer
from dispatcher.back_offices.appointment_fields import fields_of
from dispatcher.back_offices.calls import (
    Confirmation,
    HttpCall,
    HttpResponse,
    PreparedDelivery,
)
from dispatcher.back_offices.connector_settings import read_mapping, read_time_zone
from dispatcher.back_offices.http_client import open_http_client
from dispatcher.back_offices.odata import mapped_values, odata_error, parse_object
from dispatcher.back_offices.odata_records import BC_HEADERS, ODataRecordReader, list_reader
from dispatcher.back_offices.parsing import parse_answer
from dispatcher.back_offices.probe import ProbeResult
from dispatcher.back_offices.receipts import id_in, location_of, receipt_of
from dispatcher.back_offices.value_limits import BUSINESS_CENTRAL
from dispatcher.errors import DeliveryError

if TYPE_CHECKING:
    from urllib.parse import SplitResult
    from zoneinfo import ZoneInfo

    from common.contracts.connector import Connector
    from common.contracts.delivery import DeliveryRequested
    from common.contracts.receipt import Receipt
    from dispatcher.back_offices.applied_rows import RecordReader, RecordState
    from dispatcher.back_offices.appointment_fields import AppointmentFields, Value
    from dispatcher.back_offices.http_client import BackOfficeHttpClient, SharedResources
    from dispatcher.back_offices.probe import ProbeResult

ENTRY_NO = property_of("Entry No.")
DEFAULT_PORTS = {"http": 80, "https": 443}
HEADERS = {
    "Content-Type": "application/json",
    "Accept": "application/json",
    "Accept-Language": "en-US",
}


def build(connector: Connector, shared: SharedResources) -> ApiPageClient:
    """Return the client of this connector's API page.

    Raises MisconfiguredError when its settings cannot be used.
    """
    return ApiPageClient(
        open_http_client(connector, "API page", shared),
        read_mapping(connector, "API page", ApiPageMapping),
        read_time_zone(connector, "API page"),
    )


class ApiPageClient:
    """The client of one API page of one company."""

    def __init__(self, http: BackOfficeHttpClient, mapping: ApiPageMapping, zone: ZoneInfo) -> None:
        self._http = http
        self._mapping = mapping
        self._zone = zone
        self._uri = http.uri
        is_asked = check_way(http.connector) is CheckWay.READ
        self.finder = ApiPageFinder(http, mapping, zone) if is_asked else None

    def prepare(self, request: DeliveryRequested) -> PreparedDelivery:
        """Map the snapshot to one record. Resources that are posted after it are follow-ups."""
        appointment = fields_of(request.transaction, self._zone, BUSINESS_CENTRAL)
        call = _post(self._uri, self._record(appointment))
        resources = self._mapping.resources
        if resources is None or resources.posted != "after":
            return PreparedDelivery(call)
        follow_ups = (
            _post(resources.name, mapped_values(resources.names, line))
            for line in appointment.resources
        )
        return PreparedDelivery(call, tuple(follow_ups))

    async def send(self, prepared: PreparedDelivery) -> Confirmation:
        """Create the record, then the resources below it. A success is 201 with a Location.

        After a failed follow-up, the error's ``remaining`` holds the follow-ups that are still to
        be sent.
        """
        if prepared.stored is not None:
            return await self._post_remaining(prepared, prepared.stored)
        response = await self._post(prepared.call)
        location = response.headers.get("Location")
        if not location:
            raise self._http.faults.transport_error("no location", response)
        stored = Confirmation(
            response.status,
            response.exchange,
            await self._receipt(response, location),
            state=await self._state(response),
        )
        if not prepared.follow_ups:
            return stored
        record = record_address(self._uri, location)
        if record is None:
            raise self._http.faults.transport_error("lines missing", response)
        shown = self._http.faults.quote(record)
        follow_ups = [
            replace(call, url=f"{record}/{call.url}", shown_url=f"{shown}/{call.url}")
            for call in prepared.follow_ups
        ]
        return await self._post_remaining(
            PreparedDelivery(follow_ups[0], tuple(follow_ups[1:])), stored
        )

    async def probe(self) -> ProbeResult:
        """Compare the names of the metadata, and read an empty page of the company."""
        return await probe(self._http, self._mapping)

    def record_reader(self) -> RecordReader:
        """Return the reader of records by the connector's preset. Raises MisconfiguredError."""
        if self._http.connector.applied.preset is AppliedPreset.ODATA_LIST:
            return list_reader(self._http)
        return ODataRecordReader(self._http, self._uri, BC_HEADERS)

    async def close(self) -> None:
        """Close idle connections of the HTTP client."""
        await self._http.close()

    def _record(self, appointment: AppointmentFields) -> dict[str, Any]:
        record: dict[str, Any] = mapped_values(self._mapping.names, appointment.fields)
        resources = self._mapping.resources
        values = self._mapping.field_values
        if resources and resources.posted == "inside" and appointment.resources:
            lines = [mapped_values(resources.names, line) for line in appointment.resources]
            record[resources.name] = lines
        if values and appointment.field_values:
            record[values.name] = [
                mapped_values(values.names, line) for line in appointment.field_values
            ]
        return record

    async def _state(self, response: HttpResponse) -> RecordState | None:
        """Return the state of the record by the created record, if the connector reads it."""
        connector = self._http.connector
        if connector.applied.preset is not AppliedPreset.ANSWER:
            return None
        record = await parse_answer(parse_object, response.body)
        names = names_of(connector.kind, connector.applied)
        return state_of_answer(record, names, self._http.faults.quote)

    async def _receipt(self, response: HttpResponse, location: str) -> Receipt | None:
        """Return the receipt of the record. A body that is no object adds nothing to it."""
        record = await parse_answer(parse_object, response.body)
        address = location_of(self._uri, location)
        return receipt_of(
            self._http.faults,
            record_id=record.get("systemId") or record.get("id") or id_in(address),
            entry_no=record.get(ENTRY_NO),
            location=address,
            etag=record.get("@odata.etag") or response.headers.get("ETag"),
        )

    async def _post_remaining(
        self, remaining: PreparedDelivery, stored: Confirmation
    ) -> Confirmation:
        """Post the follow-ups one by one. Follow-ups that were posted before are not repeated."""
        follow_ups = (remaining.call, *remaining.follow_ups)
        for number, follow_up in enumerate(follow_ups):
            try:
                response = await self._post(follow_up)
            except DeliveryError as error:
                error.remaining = PreparedDelivery(
                    follow_up, follow_ups[number + 1 :], stored=stored
                )
                raise
        return stored._replace(exchange=response.exchange)

    async def _post(self, call: HttpCall) -> HttpResponse:
        response = await self._http.call(call)
        if not response.is_success:
            raise await odata_error(self._http.faults, response)
        return response


def record_address(uri: str, location: str) -> str | None:
    """Return the address of the new record at the server of the URI, without a query.

    Returns None for a malformed address, and for another scheme, host or port, because the calls
    below the record carry the connector's credentials (OWASP ASVS 4.0.3, 5.1.5). Only the path is
    taken from the header.
    """
    try:
        record, here = urlsplit(urljoin(uri, location)), urlsplit(uri)
        is_here = _origin(record) == _origin(here) and record.username is None
    except ValueError:
        return None
    return urlunsplit((here.scheme, here.netloc, record.path, "", "")) if is_here else None


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    """Return the origin of an address (RFC 6454, 4)."""
    return parts.scheme, parts.hostname, parts.port or DEFAULT_PORTS.get(parts.scheme)


def _post(url: str, record: dict[str, Any] | dict[str, Value]) -> HttpCall:
    return HttpCall("POST", url, HEADERS, write_json(record).encode())
