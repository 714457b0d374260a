"""Creates one record of the API page for each change (domain.md, 4.6)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from common.contracts.mapping import ApiPageMapping
from dispatcher.back_offices.api_page.probe import probe
from dispatcher.back_offices.appointment_fields import fields_of
from dispatcher.back_offices.calls import Answer, Call, Prepared, Receipt, receipt_of
from dispatcher.back_offices.connector_settings import read_mapping, read_time_zone
from dispatcher.back_offices.http_client import open_http_client
from dispatcher.back_offices.odata import named, refused

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from common.contracts.connector import Connector
    from common.contracts.delivery import DeliveryRequested
    from dispatcher.back_offices.appointment_fields import AppointmentFields, Value
    from dispatcher.back_offices.http_client import BackOfficeHttpClient, SharedResources
    from dispatcher.back_offices.probe import Probed

HEADERS = {
    "Content-Type": "application/json",
    "Accept": "application/json",
    "Accept-Language": "en-US",
}


def build(connector: Connector, shared: SharedResources) -> ApiPage:
    """Return the API page of this connector; raises MisconfiguredError when its settings cannot
    be used.
    """
    return ApiPage(
        open_http_client(connector, "API page", shared),
        read_mapping(connector, "API page", ApiPageMapping),
        read_time_zone(connector, "API page"),
    )


class ApiPage:
    """One API page of one company."""

    def __init__(self, http: BackOfficeHttpClient, mapping: ApiPageMapping, zone: ZoneInfo) -> None:
        self._http = http
        self._mapping = mapping
        self._zone = zone
        self._uri = http.connector.uri or ""

    def prepare(self, request: DeliveryRequested) -> Prepared:
        """Map the snapshot to one record, and to the resources posted after it if the mapping
        says so.
        """
        appointment = fields_of(request.transaction, self._zone)
        call = _post(self._uri, self._record(appointment))
        resources = self._mapping.resources
        if resources is None or resources.posted != "after":
            return Prepared(call)
        later = (
            _post(resources.name, named(resources.names, line)) for line in appointment.resources
        )
        return Prepared(call, tuple(later))

    async def send(self, prepared: Prepared) -> Receipt:
        """Create the record; success is 201 with a Location."""
        answer = await self._http.call(prepared.call)
        if not answer.is_good:
            raise refused(self._http.faults, answer)
        location = answer.headers.get("Location")
        if not location:
            raise self._http.faults.transport("no location", answer)
        last = await self._post_later(prepared.later, location, answer)
        return receipt_of(last, answer.status)

    async def probe(self) -> Probed:
        """Compare the names of the metadata, and read an empty page of the company."""
        return await probe(self._http, self._mapping)

    async def close(self) -> None:
        """Close idle connections."""
        await self._http.close()

    def _record(self, appointment: AppointmentFields) -> dict[str, Any]:
        record: dict[str, Any] = named(self._mapping.names, appointment.fields)
        resources = self._mapping.resources
        values = self._mapping.field_values
        if resources and resources.posted == "inside" and appointment.resources:
            lines = [named(resources.names, line) for line in appointment.resources]
            record[resources.name] = lines
        if values and appointment.field_values:
            record[values.name] = [named(values.names, line) for line in appointment.field_values]
        return record

    async def _post_later(self, later: tuple[Call, ...], location: str, answer: Answer) -> Answer:
        """Post the resources one by one below the record; return the last answer."""
        if not later:
            return answer
        record = record_address(self._uri, location)
        if record is None:
            raise self._http.faults.transport("lines missing", answer)
        for call in later:
            answer = await self._http.call(replace(call, url=f"{record}/{call.url}"))
            if not answer.is_good:
                raise self._http.faults.transport("lines missing", answer)
        return answer


def record_address(uri: str, location: str) -> str | None:
    """Return the address of the new record; None for one that is broken or on another server."""
    try:
        address = urljoin(uri, location)
        is_here = urlsplit(address)[:2] == urlsplit(uri)[:2]
    except ValueError:
        return None
    return address if is_here else None


def _post(url: str, record: dict[str, Any] | dict[str, Value]) -> Call:
    return Call("POST", url, HEADERS, json.dumps(record).encode())
