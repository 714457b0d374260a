"""Asks a page service for the record of an earlier call, by ``ReadMultiple`` (domain.md, 4.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dispatcher.back_offices.calls import HttpCall
from dispatcher.back_offices.parsing import parse_answer
from dispatcher.back_offices.read_back import (
    MAX_PAGE_BYTES,
    MAX_PAGES,
    PAGE_ROWS,
    FoundRecord,
    RecordIdentity,
    Row,
    identify,
    row_in,
)
from dispatcher.back_offices.receipts import receipt_of
from dispatcher.back_offices.soap.envelope import read_multiple
from dispatcher.back_offices.soap.response import (
    ENTRY_NO,
    KEY,
    SOAP,
    SoapFault,
    parse_xml,
    read_fault,
    soap_error,
)

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from lxml import etree

    from common.contracts.delivery import DeliveryRequested
    from common.contracts.mapping import SoapMapping
    from dispatcher.back_offices.calls import HttpResponse
    from dispatcher.back_offices.http_client import BackOfficeHttpClient


class RowNames(NamedTuple):
    """The names of the elements that identify a row, in the namespace of the page."""

    namespace: str
    entity: str
    appointment_id: str
    action: str
    modified_at: str


class PageServiceFinder:
    """Asks one published page for the records of one appointment and one action."""

    def __init__(self, http: BackOfficeHttpClient, mapping: SoapMapping, zone: ZoneInfo) -> None:
        self._http = http
        self._zone = zone
        names = dict(mapping.names)
        self._names = RowNames(
            mapping.namespace,
            mapping.entity,
            names["appointment_id"],
            names["database_action"],
            names["last_modified_date"],
        )
        self._headers = {
            "Content-Type": "text/xml; charset=utf-8",
            "SOAPAction": f'"{mapping.namespace}:ReadMultiple"',
        }

    def identify(self, request: DeliveryRequested) -> RecordIdentity | None:
        """Return the identity of the record of this snapshot."""
        return identify(request, self._zone)

    async def find(self, identity: RecordIdentity) -> FoundRecord | None:
        """Return the record. The last Key of a full page is the bookmark of the next one."""
        bookmark, faults = None, self._http.faults
        for _ in range(MAX_PAGES):
            response = await self._http.call(self._call(identity, bookmark))
            rows = await self._read(response)
            row = row_in(response, faults, rows, identity, self._zone)
            if row is not None:
                receipt = receipt_of(faults, entry_no=row.entry_no, key=row.key)
                return FoundRecord(response.status, response.exchange, receipt)
            if len(rows) < PAGE_ROWS:
                return None
            bookmark = rows[-1].key
            if not bookmark:
                raise faults.transport_error("unreadable records", response)
        raise faults.transport_error("too many records", response)

    def _call(self, identity: RecordIdentity, bookmark: str | None) -> HttpCall:
        names = self._names
        filters = {names.appointment_id: identity.appointment_id, names.action: identity.action}
        body = read_multiple(names.namespace, filters, PAGE_ROWS, bookmark)
        return HttpCall(
            "POST",
            self._http.uri,
            self._headers,
            body,
            max_bytes=MAX_PAGE_BYTES,
            is_question=True,
        )

    async def _read(self, response: HttpResponse) -> list[Row]:
        """Return the rows. Raises a DeliveryError for a fault, and for any other answer."""
        faults = self._http.faults
        rows = await parse_answer(read_rows, response.body, self._names)
        if isinstance(rows, SoapFault):
            raise soap_error(faults, rows, response)
        if not response.is_success:
            raise faults.status_error(response)
        if rows is None or not response.is_whole:
            raise faults.transport_error("unreadable records", response)
        return rows


def read_rows(body: bytes, names: RowNames) -> SoapFault | list[Row] | None:
    """Return the fault, or the rows of the result, or None for any other answer.

    The list may be missing or empty where there are no rows.
    """
    root = parse_xml(body, forgiving=True)
    if root is None or root.tag != f"{SOAP}Envelope":
        return None
    try:
        return read_fault(root) or _rows_in(root, names)
    except UnicodeDecodeError:
        return None


def _rows_in(root: etree._Element, names: RowNames) -> list[Row] | None:
    result = f"{{{names.namespace}}}ReadMultiple_Result"
    answer = root.find(f"{SOAP}Body/{result}")
    if answer is None:
        return None
    listed = answer.find(result)
    if listed is None:
        return None if len(answer) else []
    entity = f"{{{names.namespace}}}{names.entity}"
    if any(child.tag != entity for child in listed):
        return None
    return [_row(child, names) for child in listed]


def _row(element: etree._Element, names: RowNames) -> Row:
    def text(name: str) -> str | None:
        return (element.findtext(f"{{{names.namespace}}}{name}") or "").strip() or None

    return Row(
        text(names.appointment_id),
        text(names.action),
        text(names.modified_at),
        entry_no=text(ENTRY_NO),
        key=text(KEY),
    )
