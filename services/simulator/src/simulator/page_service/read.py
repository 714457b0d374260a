"""Reads of the page service: ``Read`` by Entry No., and ``ReadMultiple`` with filters (Microsoft:
basic page operations, entering criteria in filters).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lxml import etree

from simulator.errors import SoapFaultError
from simulator.page_service.create import parsed_payload
from simulator.page_service.faults import BROKER, DIALOG, SOAP
from simulator.page_service.rows import PROPERTIES
from simulator.page_service.schema import NAMESPACE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Row = Mapping[str, Any]

READS = ("Read", "ReadMultiple")
MAX_ROWS = 5_000


def read_operation(action: str | None) -> str | None:
    """Return the reading operation of a SOAPAction header, or None for any other."""
    name = (action or "").strip('"').removeprefix(f"{NAMESPACE}:")
    return name if name in READS and (action or "").strip('"').startswith(NAMESPACE) else None


def find_rows(operation: str, body: bytes, rows: Iterable[Row]) -> list[Row]:
    """Return the rows that a call asks for. Raises SoapFaultError."""
    call = parsed_payload(body)
    if call.tag != _named(operation):
        raise SoapFaultError(BROKER, f"The body holds no {operation}.")
    if operation == "Read":
        wanted = call.findtext(_named("Entry_No")) or ""
        return [row for row in rows if str(row["Entry_No"]) == wanted.strip()][:1]
    found = list(rows)
    for one in call.iterfind(_named("filter")):
        field, criteria = (
            one.findtext(_named("Field")) or "",
            one.findtext(_named("Criteria")) or "",
        )
        if field not in PROPERTIES:
            raise SoapFaultError(DIALOG, f"The field {field} is not on the page Appointment.")
        found = [row for row in found if matches(row.get(field), criteria)]
    bookmark = call.findtext(_named("bookmarkKey"))
    if bookmark:
        keys = [_key(row) for row in found]
        found = found[keys.index(bookmark) + 1 :] if bookmark in keys else []
    size = int(call.findtext(_named("setSize")) or 0)
    return found[: size or MAX_ROWS]


def matches(value: Any, criteria: str) -> bool:
    """Return whether a value meets one of the criteria: ``a|b``, ``a..b``, ``<>a`` or ``a``."""
    return any(_meets(value, one.strip()) for one in criteria.split("|"))


def _meets(value: Any, criterion: str) -> bool:
    first, dots, last = criterion.partition("..")
    if dots:
        return (not first or _order(value, first) >= 0) and (not last or _order(value, last) <= 0)
    if criterion.startswith("<>"):
        return _order(value, criterion[2:]) != 0
    return _order(value, criterion.removeprefix("=")) == 0


def _order(value: Any, text: str) -> int:
    """Return -1, 0 or 1 for a value before, at or after the text."""
    text = text.strip("'")
    try:
        left, right = (int(value), int(text)) if isinstance(value, int) else (str(value), text)
    except ValueError:
        return -1
    return (left > right) - (left < right)  # type: ignore[operator]


def read_result(operation: str, rows: Iterable[Row]) -> bytes:
    """Return the envelope of a result with these records."""
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"Soap": SOAP})
    body = etree.SubElement(envelope, f"{{{SOAP}}}Body")
    result = etree.SubElement(body, _named(f"{operation}_Result"), nsmap={None: NAMESPACE})
    if operation == "ReadMultiple":
        result = etree.SubElement(result, _named("ReadMultiple_Result"))
    for row in rows:
        record = etree.SubElement(result, _named("Appointment"))
        etree.SubElement(record, _named("Key")).text = _key(row)
        for name in PROPERTIES:
            value = row.get(name)
            if value not in (None, ""):
                etree.SubElement(record, _named(name)).text = _text(value)
    return etree.tostring(envelope, xml_declaration=True, encoding="utf-8")


def _key(row: Row) -> str:
    return f"16;{row['Entry_No']};"


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _named(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"
