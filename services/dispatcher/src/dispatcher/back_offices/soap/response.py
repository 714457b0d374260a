"""Reads the response of a page service: a result, a fault, or neither.

DTDs, entities and external resources are not loaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

from common.contracts.mapping import element_of

if TYPE_CHECKING:
    from dispatcher.back_offices.calls import HttpResponse
    from dispatcher.back_offices.faults import FaultTranslator
    from dispatcher.errors import DeliveryError

SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
KEY, ENTRY_NO = element_of("Key"), element_of("Entry No.")


class SoapFault(NamedTuple):
    """A SOAP 1.1 fault (SOAP 1.1, 4.4)."""

    code: str
    message: str

    @property
    def text(self) -> str:
        """Code and message, for a search in the catalogue."""
        return f"{self.code} {self.message}"


def parse_xml(body: bytes, *, forgiving: bool = False) -> etree._Element | None:
    """Return the root of an XML text, or None.

    ``forgiving`` ignores references that XML 1.0 forbids and NAV sends.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=forgiving,
    )
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        return None
    if root is None or root.getroottree().docinfo.doctype:
        return None
    return root


class CreateResult(NamedTuple):
    """The result of Create, with the names that the server gave to the record."""

    key: str | None
    entry_no: str | None


def read_response(body: bytes, namespace: str, entity: str) -> SoapFault | CreateResult | None:
    """Return the fault, or the result of Create, or None for any other response.

    A fault is read even where its text was cut off. A result must be complete.
    """
    is_whole = body.rstrip(b" \t\r\n\x00").endswith(b">")  # UTF-16 ends in a zero byte
    root = parse_xml(body, forgiving=True)
    if root is None:
        return None
    record = f"{{{namespace}}}Create_Result", f"{{{namespace}}}{entity}"
    try:
        return _read_envelope(root, *record, is_whole=is_whole)
    except UnicodeDecodeError:
        return _read_envelope(_without_half_pairs(root), *record, is_whole=is_whole)


def _without_half_pairs(root: etree._Element) -> etree._Element:
    """Return the document with U+FFFD for each half of a surrogate pair.

    The forgiving parser accepts a reference such as ``&#xD800;``, and nothing can read its text.
    """
    text = etree.tostring(root, encoding="utf-8").decode(errors="replace")
    return etree.fromstring(text.encode(), etree.XMLParser(resolve_entities=False, recover=True))


def _read_envelope(
    root: etree._Element, result: str, entity: str, *, is_whole: bool
) -> SoapFault | CreateResult | None:
    if root.tag != f"{SOAP}Envelope":
        return None
    fault = read_fault(root)
    if fault is None:
        created = root.find(f"{SOAP}Body/{result}")
        return None if created is None or not is_whole else _result_of(created, entity)
    return fault


def read_fault(root: etree._Element) -> SoapFault | None:
    """Return the fault of an envelope, or None."""
    fault = root.find(f"{SOAP}Body/{SOAP}Fault")
    if fault is None:
        return None
    code, message = fault.findtext("faultcode") or "", fault.findtext("faultstring") or ""
    detail = fault.find("detail")
    return SoapFault(
        code.partition(":")[2] or code,
        message or " ".join(detail.itertext() if detail is not None else ()),
    )


def soap_error(faults: FaultTranslator, fault: SoapFault, response: HttpResponse) -> DeliveryError:
    """Return the error of a fault. The catalogue decides, and otherwise the status."""
    found = faults.find_error("soap", fault.text, response, fault.message)
    return found or faults.status_error(response, fault.message)


def _result_of(created: etree._Element, entity: str) -> CreateResult:
    """Return the names of the record, which have the namespace of its element."""
    namespace = entity.rpartition("}")[0] + "}"
    key, entry_no = (created.findtext(f"{entity}/{namespace}{name}") for name in (KEY, ENTRY_NO))
    return CreateResult(key, entry_no)
