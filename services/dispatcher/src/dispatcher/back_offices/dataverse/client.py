"""Creates linked records for each change and its resources, in one change set (domain.md, 4.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from common.contracts.applied_presets import names_of
from common.contracts.mapping import DataverseMapping
from dispatcher.back_offices.appointment_fields import fields_of
from dispatcher.back_offices.calls import (
    HttpCall,
    HttpResponse,
    PreparedDelivery,
    Receipt,
    receipt_of,
)
from dispatcher.back_offices.connector_settings import read_mapping, read_time_zone
from dispatcher.back_offices.dataverse.batch import CONTENT_TYPE, change_set, parse_batch
from dispatcher.back_offices.dataverse.probe import probe
from dispatcher.back_offices.dataverse.records import DataverseRecordReader
from dispatcher.back_offices.http_client import open_http_client
from dispatcher.back_offices.odata import mapped_values, odata_error
from dispatcher.back_offices.parsing import parse_answer
from dispatcher.back_offices.value_limits import DATAVERSE

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from common.contracts.connector import Connector
    from common.contracts.delivery import DeliveryRequested
    from dispatcher.back_offices.applied_rows import RecordReader
    from dispatcher.back_offices.appointment_fields import AppointmentFields
    from dispatcher.back_offices.http_client import BackOfficeHttpClient, SharedResources
    from dispatcher.back_offices.probe import ProbeResult

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

    def __init__(
        self, http: BackOfficeHttpClient, mapping: DataverseMapping, zone: ZoneInfo
    ) -> None:
        self._http = http
        self._mapping = mapping
        self._zone = zone
        self._root = http.uri.rstrip("/")

    def prepare(self, request: DeliveryRequested) -> PreparedDelivery:
        """Map the snapshot to one change set."""
        posts = self._posts(fields_of(request.transaction, self._zone, DATAVERSE))
        headers = {**HEADERS, "Content-Type": CONTENT_TYPE}
        call = HttpCall("POST", f"{self._root}/$batch", headers, change_set(posts))
        return PreparedDelivery(call, record_count=len(posts))

    async def send(self, prepared: PreparedDelivery) -> Receipt:
        """Create the records. A success is the creation of all of them."""
        response = await self._http.call(prepared.call)
        inner = await _responses_in(response, prepared.record_count)
        for one in (*inner, response):
            if not one.is_success:
                raise await odata_error(self._http.faults, one)
        if not response.is_whole or len(inner) != prepared.record_count:
            raise self._http.faults.transport_error("malformed", response)
        return receipt_of(response, inner[0].status)

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

    def _posts(self, appointment: AppointmentFields) -> list[tuple[str, dict[str, Any]]]:
        path = urlsplit(self._root).path
        resources = self._mapping.resources
        posts: list[tuple[str, dict[str, Any]]] = [
            (
                f"{path}/{self._mapping.entity_set}",
                mapped_values(self._mapping.names, appointment.fields),
            )
        ]
        if resources:
            link = {f"{resources.link}@odata.bind": "$1"}
            posts += [
                (f"{path}/{resources.entity_set}", mapped_values(resources.names, line) | link)
                for line in appointment.resources
            ]
        return posts


async def _responses_in(response: HttpResponse, record_count: int) -> list[HttpResponse]:
    """Return the responses inside the response to a batch."""
    return [
        HttpResponse(*part, is_whole=True, exchange=response.exchange, in_change_set=True)
        for part in await parse_answer(parse_batch, response.body, record_count)
    ]
