"""Asks an API page for the record of an earlier call, by ``$filter`` (domain.md, 4.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from common.contracts.mapping import property_of
from dispatcher.back_offices.calls import HttpCall, address_of
from dispatcher.back_offices.odata import odata_error
from dispatcher.back_offices.parsing import parse_answer, parse_json
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

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from common.contracts.delivery import DeliveryRequested
    from common.contracts.mapping import ApiPageMapping
    from dispatcher.back_offices.calls import HttpResponse
    from dispatcher.back_offices.http_client import BackOfficeHttpClient

HEADERS = {"Accept": "application/json", "Accept-Language": "en-US"}
ENTRY_NO = property_of("Entry No.")
MAX_ROWS = PAGE_ROWS * MAX_PAGES


class ApiPageFinder:
    """Asks one API page for the records of one appointment and one action."""

    def __init__(self, http: BackOfficeHttpClient, mapping: ApiPageMapping, zone: ZoneInfo) -> None:
        self._http = http
        self._zone = zone
        names = dict(mapping.names)
        self._names = tuple(
            names[field] for field in ("appointment_id", "database_action", "last_modified_date")
        )
        self._has_lines_after = mapping.resources is not None and (
            mapping.resources.posted == "after"
        )

    def identify(self, request: DeliveryRequested) -> RecordIdentity | None:
        """Return the identity of the record of this snapshot."""
        return identify(request, self._zone)

    async def find(self, identity: RecordIdentity) -> FoundRecord | None:
        """Return the record. The next page has the address that the server names."""
        faults, count = self._http.faults, 0
        address: str | None = self._address(identity)
        for _ in range(MAX_PAGES):
            call = HttpCall(
                "GET", address or "", HEADERS, max_bytes=MAX_PAGE_BYTES, is_question=True
            )
            response = await self._http.call(call)
            rows, link = await self._read(response)
            count += len(rows)
            row = row_in(response, faults, rows, identity, self._zone)
            if row is not None:
                return self._found(row, response)
            if link is None and count < MAX_ROWS:
                return None
            address = next_address(self._http.uri, link) if link else None
            if address is None:
                break
        reason = "too many records" if count >= MAX_ROWS else "unreadable records"
        raise faults.transport_error(reason, response)

    def _address(self, identity: RecordIdentity) -> str:
        appointment_id, action, _ = self._names
        wanted = (
            f"{appointment_id} eq {identity.appointment_id} and {action} eq '{identity.action}'"
        )
        parts = urlsplit(self._http.uri)
        query = f"$filter={quote(wanted)}&$top={MAX_ROWS}"
        both = f"{parts.query}&{query}" if parts.query else query
        return urlunsplit((parts.scheme, parts.netloc, parts.path, both, ""))

    def _found(self, row: Row, response: HttpResponse) -> FoundRecord:
        """Return the record. Lines that are sent after it may be missing."""
        if self._has_lines_after:
            raise self._http.faults.transport_error("lines unknown", response)
        location = f"{address_of(self._http.uri)}({row.record_id})" if row.record_id else None
        receipt = receipt_of(
            self._http.faults,
            record_id=row.record_id,
            entry_no=row.entry_no,
            location=location,
            etag=row.etag,
        )
        return FoundRecord(response.status, response.exchange, receipt)

    async def _read(self, response: HttpResponse) -> tuple[list[Row], str | None]:
        """Return the rows and the address of the next page, if there is one.

        Raises a DeliveryError for any other answer.
        """
        if not response.is_success:
            raise await odata_error(self._http.faults, response)
        page = await parse_answer(read_page, response.body, *self._names)
        if page is None or not response.is_whole:
            raise self._http.faults.transport_error("unreadable records", response)
        return page


def read_page(
    body: bytes, appointment_id: str, action: str, modified_at: str
) -> tuple[list[Row], str | None] | None:
    """Return the rows of a page and the link to the next one, or None for any other answer."""
    try:
        page = parse_json(body)
    except ValueError:
        return None
    values = page.get("value") if isinstance(page, dict) else None
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        return None
    link = page.get("@odata.nextLink")
    if not isinstance(link, str | None):
        return None
    return [
        Row(
            _text(value.get(appointment_id)),
            _text(value.get(action)),
            _text(value.get(modified_at)),
            record_id=_text(value.get("systemId")) or _text(value.get("id")),
            entry_no=_text(value.get(ENTRY_NO)),
            etag=_text(value.get("@odata.etag")),
        )
        for value in values
    ], link


def next_address(uri: str, link: str) -> str | None:
    """Return the address of the next page at the server of the URI.

    Returns None for another server, because the call carries the connector's credentials.
    """
    try:
        here, there = urlsplit(uri), urlsplit(urljoin(uri, link))
        is_here = (there.scheme, there.netloc) == (here.scheme, here.netloc)
    except ValueError:
        return None
    return there.geturl() if is_here else None


def _text(value: Any) -> str | None:
    """Return a text or a number of a row as text, or None for any other value."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value) or None
