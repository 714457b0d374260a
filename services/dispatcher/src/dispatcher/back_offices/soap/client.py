"""Creates one record of the staging page for each change (domain.md, 4.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from common.contracts.mapping import SoapMapping
from dispatcher.back_offices.appointment_fields import fields_of
from dispatcher.back_offices.calls import Call, Prepared, Receipt, receipt_of
from dispatcher.back_offices.connector_settings import read_mapping, read_time_zone
from dispatcher.back_offices.http_client import open_http_client
from dispatcher.back_offices.limits import BUSINESS_CENTRAL
from dispatcher.back_offices.probe import Probed
from dispatcher.back_offices.soap.answer import Fault, read_answer
from dispatcher.back_offices.soap.envelope import envelope
from dispatcher.back_offices.soap.probe import probe

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from common.contracts.connector import Connector
    from common.contracts.delivery import DeliveryRequested
    from dispatcher.back_offices.calls import Answer
    from dispatcher.back_offices.http_client import BackOfficeHttpClient, SharedResources
    from dispatcher.back_offices.probe import Probed

WSDL_CAP = 4 * 1024 * 1024


def build(connector: Connector, shared: SharedResources) -> PageService:
    """Return the page service of this connector; raises MisconfiguredError when its settings
    cannot be used.
    """
    return PageService(
        open_http_client(connector, "page service", shared),
        read_mapping(connector, "page service", SoapMapping),
        read_time_zone(connector, "page service"),
    )


class PageService:
    """One published page."""

    def __init__(self, http: BackOfficeHttpClient, mapping: SoapMapping, zone: ZoneInfo) -> None:
        self._http = http
        self._mapping = mapping
        self._zone = zone
        self._uri = http.connector.uri or ""
        self._headers = {
            "Content-Type": "text/xml; charset=utf-8",
            "SOAPAction": f'"{mapping.namespace}:Create"',
        }

    def prepare(self, request: DeliveryRequested) -> Prepared:
        """Map the snapshot to one envelope of Create."""
        body = envelope(self._mapping, fields_of(request.transaction, self._zone, BUSINESS_CENTRAL))
        return Prepared(Call("POST", self._uri, self._headers, body))

    async def send(self, prepared: Prepared) -> Receipt:
        """Create the record; success is a result without fault."""
        answer = await self._http.call(prepared.call)
        if not self._read(answer) or not answer.is_whole:
            raise self._http.faults.transport("malformed", answer)
        return receipt_of(answer)

    async def probe(self) -> Probed:
        """Read the WSDL, and compare its names with the connector's."""
        answer = await self._http.call(Call("GET", self._uri, cap=WSDL_CAP))
        self._read(answer)
        return probe(answer, self._mapping)

    def _read(self, answer: Answer) -> bool:
        """Return whether this is the result of Create; raises a DeliveryError for a fault, and for
        a status that is no success.
        """
        faults = self._http.faults
        result = read_answer(answer.body, self._mapping.namespace)
        if isinstance(result, Fault):
            raise faults.find("soap", result.text, answer, result.message) or faults.status(
                answer, result.message
            )
        if not answer.is_good:
            raise faults.status(answer)
        return result

    async def close(self) -> None:
        """Close idle connections."""
        await self._http.close()
