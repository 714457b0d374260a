"""Creates one record of the staging page for each change (domain.md, 4.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from common.contracts.mapping import SoapMapping
from dispatcher.back_offices.appointment_fields import fields_of
from dispatcher.back_offices.calls import Confirmation, HttpCall, PreparedDelivery
from dispatcher.back_offices.connector_settings import read_mapping, read_time_zone
from dispatcher.back_offices.http_client import open_http_client
from dispatcher.back_offices.parsing import parse_answer
from dispatcher.back_offices.receipts import receipt_of
from dispatcher.back_offices.soap.envelope import envelope
from dispatcher.back_offices.soap.probe import probe
from dispatcher.back_offices.soap.response import CreateResult, SoapFault, read_response
from dispatcher.back_offices.soap.wsdl import MAX_WSDL_BYTES
from dispatcher.back_offices.value_limits import BUSINESS_CENTRAL

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from common.contracts.connector import Connector
    from common.contracts.delivery import DeliveryRequested
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
        return Confirmation(response.status, response.exchange, receipt)

    async def probe(self) -> ProbeResult:
        """Read the WSDL, and compare its names with the connector's."""
        response = await self._http.call(HttpCall("GET", self._uri, max_bytes=MAX_WSDL_BYTES))
        await self._read(response)
        return await probe(response, self._mapping, self._http.faults)

    async def _read(self, response: HttpResponse) -> CreateResult | None:
        """Return the result of Create, or None for a success without one.

        Raises a DeliveryError for a fault, and for an unsuccessful status.
        """
        faults = self._http.faults
        names = self._mapping
        result = await parse_answer(read_response, response.body, names.namespace, names.entity)
        if isinstance(result, SoapFault):
            raise faults.find_error(
                "soap", result.text, response, result.message
            ) or faults.status_error(response, result.message)
        if not response.is_success:
            raise faults.status_error(response)
        return result

    async def close(self) -> None:
        """Close idle connections of the HTTP client."""
        await self._http.close()
