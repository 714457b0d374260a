"""Reads the states of records from a page service: one ReadMultiple for many (wire-formats.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from common.contracts.applied_presets import ASKED_LATER, names_of
from dispatcher.back_offices.applied_rows import RecordReader, states_of
from dispatcher.back_offices.calls import HttpCall
from dispatcher.back_offices.odata_records import MAX_ROWS_BYTES
from dispatcher.back_offices.parsing import parse_answer
from dispatcher.back_offices.soap.envelope import read_multiple
from dispatcher.back_offices.soap.response import (
    SOAP,
    SoapFault,
    parse_xml,
    read_response,
    soap_error,
)
from dispatcher.back_offices.soap.wsdl import MAX_WSDL_BYTES, PageWsdl, WsdlError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from common.contracts.mapping import SoapMapping
    from dispatcher.back_offices.applied_rows import RecordKey, RecordState
    from dispatcher.back_offices.calls import HttpResponse
    from dispatcher.back_offices.http_client import BackOfficeHttpClient

OPERATION = "ReadMultiple"


class PageRecordReader(RecordReader):
    """Reads records of one published page by their Entry No."""

    def __init__(self, http: BackOfficeHttpClient, mapping: SoapMapping) -> None:
        self._http = http
        self._mapping = mapping
        self._names = names_of(http.connector.kind, http.connector.applied)

    async def read(self, keys: Sequence[RecordKey]) -> dict[RecordKey, RecordState] | None:
        """Return the state of each record, or None for an answer that was too long.

        Raises a DeliveryError.
        """
        namespace = self._mapping.namespace
        headers = {
            "Content-Type": "text/xml; charset=utf-8",
            "SOAPAction": f'"{namespace}:{OPERATION}"',
        }
        # A bar separates the values of a filter (Microsoft: entering criteria in filters).
        criteria = "|".join(key.value for key in keys)
        body = read_multiple(namespace, {self._names.entry: criteria}, len(keys))
        response = await self._http.call(
            HttpCall("POST", self._http.uri, headers, body, max_bytes=MAX_ROWS_BYTES)
        )
        rows = await parse_answer(rows_in, response.body, namespace, self._mapping.entity)
        if not response.is_success or rows is None:
            if response.is_success and not response.is_whole:
                return None
            raise await self._error(response)
        return states_of(keys, rows, self._names.entry, self._names, self._http.faults.quote)

    async def missing_fields(self) -> list[str]:
        """Return the names that the page does not have, by its WSDL. Raises a DeliveryError."""
        response = await self._http.call(HttpCall("GET", self._http.uri, max_bytes=MAX_WSDL_BYTES))
        if not response.is_success:
            raise await self._error(response)
        read = [self._names.entry, self._names.status, self._names.message]
        is_asked = self._http.connector.applied.preset in ASKED_LATER
        missing = await parse_answer(
            _missing_in,
            response.body,
            [name for name in read if name],
            OPERATION if is_asked else None,
        )
        if missing is None:
            raise self._http.faults.transport_error("malformed", response)
        return missing

    async def _error(self, response: HttpResponse) -> Exception:
        faults, mapping = self._http.faults, self._mapping
        found = await parse_answer(read_response, response.body, mapping.namespace, mapping.entity)
        if isinstance(found, SoapFault):
            return soap_error(faults, found, response)
        if not response.is_success:
            return faults.status_error(response)
        return faults.transport_error("malformed", response)


def rows_in(body: bytes, namespace: str, entity: str) -> list[dict[str, str]] | None:
    """Return the records of a result by their elements, or None for any other answer."""
    root = parse_xml(body, forgiving=True)
    is_whole = body.rstrip(b" \t\r\n\x00").endswith(b">")
    if root is None or not is_whole or root.tag != f"{SOAP}Envelope":
        return None
    results = f"{{{namespace}}}{OPERATION}_Result", f"{{{namespace}}}Create_Result"
    found = [root.find(f"{SOAP}Body/{result}") for result in results]
    result = next((one for one in found if one is not None), None)
    if result is None:
        return None
    return [_row(record) for record in result.iter(f"{{{namespace}}}{entity}")]


def _row(record: etree._Element) -> dict[str, str]:
    return {str(field.tag).rpartition("}")[2]: _text(field) for field in record if not len(field)}


def _text(field: etree._Element) -> str:
    try:
        return field.text or ""
    except UnicodeDecodeError:  # a reference to half a surrogate pair, which no text can hold
        return ""


def _missing_in(wsdl: bytes, names: Sequence[str], operation: str | None) -> list[str] | None:
    """Return the names that the page lacks, or None where the body is no WSDL."""
    try:
        return PageWsdl(wsdl).missing_elements(names, operation)
    except WsdlError:
        return None
