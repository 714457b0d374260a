"""Creates one record of the staging page for each change (domain.md, 4.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from common.contracts.applied import AppliedPreset
from common.contracts.applied_presets import names_of
from common.contracts.mapping import SoapMapping
from common.contracts.outcome_check import CheckWay, check_way
from dispatcher.back_offices.applied_rows import state_of_answer
from dispatcher.back_offices.appointment_fields import fields_of
from dispatcher.back_offices.calls import Confirmation, HttpCall, PreparedDelivery
from dispatcher.back_offices.connector_settings import read_mapping, read_time_zone
from dispatcher.back_offices.http_client import open_http_client
from dispatcher.back_offices.odata_records import list_reader
from dispatcher.back_offices.parsing import parse_answer
from dispatcher.back_offices.receipts import receipt_of
from dispatcher.back_offices.soap.envelope import envelope
from dispatcher.back_offices.soap.probe import probe
from dispatcher.back_offices.soap.read_back import PageServiceFinder
from dispatcher.back_offices.soap.records import PageRecordReader, rows_in
from dispatcher.back_offices.soap.response import CreateResult, SoapFault, read_response, soap_error
from dispatcher.back_offices.soap.wsdl import MAX_WSDL_BYTES
from dispatcher.back_offices.value_limits import BUSINESS_CENTRAL

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from common.contracts.connector import Connector
    from common.contracts.delivery import DeliveryRequested
    from dispatcher.back_offices.applied_rows import RecordReader, RecordState
    from dispatcher.back_offices.calls import HttpResponse
    from dispatcher.back_offices.http_client import BackOfficeHttpClient, SharedResources
    from dispatcher.back_offices.probe import ProbeResult


def build(connector: Connector, shared: SharedResources) -> PageServiceClient:
    """Return the client of this connector's page service.

    Raises MisconfiguredError when its settings cannot be used.
    """
    return PageServiceClient(
        open_http_client(connector, "page service", shared),
        read_mapping(connector, "page service", SoapMapping),
        read_time_zone(connector, "page service"),
    )


class PageServiceClient:
    """The client of one published page."""

    def __init__(self, http: BackOfficeHttpClient, mapping: SoapMapping, zone: ZoneInfo) -> None:
        self._http = http
        self._mapping = mapping
        self._zone = zone
        self._uri = http.uri
        is_asked = check_way(http.connector) is CheckWay.READ
        self.finder = PageServiceFinder(http, mapping, zone) if is_asked else None
        self._headers = {
            "Content-Type": "text/xml; charset=utf-8",
            "SOAPAction": f'"{mapping.namespace}:Create"',
        }

    def prepare(self, request: DeliveryRequested) -> PreparedDelivery:
        """Map the snapshot to one envelope of Create."""
        body = envelope(self._mapping, fields_of(request.transaction, self._zone, BUSINESS_CENTRAL))
        return PreparedDelivery(HttpCall("POST", self._uri, self._headers, body))

    async def send(self, prepared: PreparedDelivery) -> Confirmation:
        """Create the record. A success is a result without fault."""
        faults, response = self._http.faults, await self._http.call(prepared.call)
        result = await self._read(response)
        if result is None or not response.is_whole:
            raise faults.transport_error("malformed", response)
        receipt = receipt_of(faults, key=result.key, entry_no=result.entry_no)
        return Confirmation(
            response.status, response.exchange, receipt, state=await self._state(response)
        )

    async def probe(self) -> ProbeResult:
        """Read the WSDL, and compare its names with the connector's."""
        response = await self._http.call(HttpCall("GET", self._uri, max_bytes=MAX_WSDL_BYTES))
        await self._read(response)
        return await probe(response, self._mapping, self._http.faults)

    async def _state(self, response: HttpResponse) -> RecordState | None:
        """Return the state of the record by the result of Create, if the connector reads it."""
        connector, mapping = self._http.connector, self._mapping
        if connector.applied.preset is not AppliedPreset.ANSWER:
            return None
        rows = await parse_answer(rows_in, response.body, mapping.namespace, mapping.entity)
        names = names_of(connector.kind, connector.applied)
        return state_of_answer(rows[0] if rows else {}, names, self._http.faults.quote)

    async def _read(self, response: HttpResponse) -> CreateResult | None:
        """Return the result of Create, or None for a success without one.

        Raises a DeliveryError for a fault, and for an unsuccessful status.
        """
        faults = self._http.faults
        names = self._mapping
        result = await parse_answer(read_response, response.body, names.namespace, names.entity)
        if isinstance(result, SoapFault):
            raise soap_error(faults, result, response)
        if not response.is_success:
            raise faults.status_error(response)
        return result

    def record_reader(self) -> RecordReader:
        """Return the reader of records by the connector's preset. Raises MisconfiguredError."""
        if self._http.connector.applied.preset is AppliedPreset.ODATA_LIST:
            return list_reader(self._http)
        return PageRecordReader(self._http, self._mapping)

    async def close(self) -> None:
        """Close idle connections of the HTTP client."""
        await self._http.close()
