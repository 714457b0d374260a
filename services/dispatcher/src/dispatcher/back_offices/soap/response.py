"""Reads the response of a page service: a result, a fault, or neither.

DTDs, entities and external resources are not loaded.
"""

from __future__ import annotations

from typing import NamedTuple

from lxml import etree

SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"


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


def read_response(body: bytes, namespace: str) -> SoapFault | bool:
    """Return the fault, or whether the response is the result of Create.

    A fault is read even where its text was cut off. A result must be complete.
    """
    is_whole = body.rstrip(b" \t\r\n\x00").endswith(b">")  # UTF-16 ends in a zero byte
    root = parse_xml(body, forgiving=True)
    if root is None:
        return False
    try:
        return _read_envelope(root, namespace, is_whole=is_whole)
    except UnicodeDecodeError:
        return _read_envelope(_without_half_pairs(root), namespace, is_whole=is_whole)


def _without_half_pairs(root: etree._Element) -> etree._Element:
    """Return the document with U+FFFD for each half of a surrogate pair.

    The forgiving parser accepts a reference such as ``&#xD800;``, and nothing can read its text.
    """
    text = etree.tostring(root, encoding="utf-8").decode(errors="replace")
    return etree.fromstring(text.encode(), etree.XMLParser(resolve_entities=False, recover=True))


def _read_envelope(root: etree._Element, namespace: str, *, is_whole: bool) -> SoapFault | bool:
    if root.tag != f"{SOAP}Envelope":
        return False
    fault = read_fault(root)
    if fault is None:
        return is_whole and root.find(f"{SOAP}Body/{{{namespace}}}Create_Result") is not None
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
