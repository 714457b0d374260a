"""Reads the states of records over OData: one call for many records (docs/applied.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from common.address import origin_of, split_query, with_query
from common.contracts.applied_presets import names_of
from dispatcher.back_offices.applied_rows import RecordReader, states_of
from dispatcher.back_offices.calls import HttpCall
from dispatcher.back_offices.odata import json_property, odata_error
from dispatcher.back_offices.odata_metadata import MAX_METADATA_BYTES, parse_metadata
from dispatcher.back_offices.parsing import parse_answer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dispatcher.back_offices.applied_rows import RecordKey, RecordState
    from dispatcher.back_offices.calls import HttpResponse
    from dispatcher.back_offices.http_client import BackOfficeHttpClient

ID = "id"
"""The key of an API page, which is the SystemId of its record."""
BC_HEADERS = {"Accept": "application/json", "Accept-Language": "en-US"}
MAX_ROWS_BYTES = 1024 * 1024
_COMPANY = "/company("


class ODataRecordReader(RecordReader):
    """Reads records of one entity set. ``id_field`` is the field of a record's own id."""

    def __init__(
        self,
        http: BackOfficeHttpClient,
        address: str,
        headers: Mapping[str, str],
        id_field: str = ID,
    ) -> None:
        self._http = http
        self._address = address
        self._headers = headers
        self._id_field = id_field
        self._names = names_of(http.connector.kind, http.connector.applied)

    async def read(self, keys: Sequence[RecordKey]) -> dict[RecordKey, RecordState] | None:
        """Return the state of each record, or None for an answer that was too long.

        ``keys`` are of one kind. Raises a DeliveryError.
        """
        field = self._id_field if keys[0].is_id else self._names.entry
        fields = dict.fromkeys((field, self._names.status, self._names.message))
        response = await self.call(
            self._address,
            {
                "$select": ",".join(filter(None, fields)),
                "$filter": " or ".join(f"{field} eq {key.value}" for key in keys),
            },
        )
        if not response.is_whole:
            return None
        rows = await rows_in(response)
        if rows is None:
            raise self._http.faults.transport_error("malformed", response)
        return states_of(keys, rows, field, self._names, self._http.faults.quote)

    async def call(self, address: str, options: Mapping[str, str]) -> HttpResponse:
        """Read rows with these query options. Raises a DeliveryError."""
        plain, query = split_query(address)
        parts = [*([query] if query else []), *(f"{k}={quote(v)}" for k, v in options.items())]
        call = HttpCall(
            "GET", f"{plain}?{'&'.join(parts)}", self._headers, max_bytes=MAX_ROWS_BYTES
        )
        response = await self._http.call(call)
        if not response.is_success:
            raise await odata_error(self._http.faults, response)
        return response

    async def missing_fields(self) -> list[str]:
        """Return the names that the entity set does not have, by the service's metadata.

        The entity set itself is among them. Raises a DeliveryError.
        """
        call = HttpCall("GET", metadata_of(self._address), max_bytes=MAX_METADATA_BYTES)
        response = await self._http.call(call)
        if not response.is_success:
            raise await odata_error(self._http.faults, response)
        metadata = await parse_answer(parse_metadata, response.body) if response.is_whole else None
        if metadata is None:
            raise self._http.faults.transport_error("malformed", response)
        entity_set = unquote(urlsplit(self._address).path.rstrip("/").rpartition("/")[2])
        entity = metadata.entity_sets.get(entity_set)
        if entity is None:
            return [entity_set]
        read = (self._names.entry, self._names.status, self._names.message)
        return metadata.missing_names(entity, [("", name) for name in read if name])


def list_reader(http: BackOfficeHttpClient) -> ODataRecordReader:
    """Return the reader of the connector's list page, with the query of the connector's URI.

    Raises MisconfiguredError for another server, because the credentials are sent to the server of
    the URI alone (OWASP ASVS 4.0.3, 5.1.5).
    """
    address = http.connector.applied.address or ""
    if not address or origin_of(address) != origin_of(http.uri):
        reason = "it must be the address of a list page at the scheme, host and port of the URI"
        raise http.faults.transport_error("setting", field="applied.address", reason=reason)
    return ODataRecordReader(http, with_query(address, split_query(http.uri)[1]), BC_HEADERS)


async def rows_in(response: HttpResponse) -> list[Any] | None:
    """Return the rows of a list, or None for an answer without a list."""
    rows = await json_property(response, "value")
    return rows if isinstance(rows, list) else None


def metadata_of(address: str) -> str:
    """Return the address of the metadata of an entity set: beside it, or beside its company."""
    scheme, authority, path, query, _ = urlsplit(address)
    company = max(path.lower().find(_COMPANY), path.lower().find("/companies("))
    root = path[:company] if company >= 0 else path.rstrip("/").rpartition("/")[0]
    return urlunsplit((scheme, authority, f"{root}/$metadata", query, ""))
