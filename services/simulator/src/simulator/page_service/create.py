"""Reads a call to ``Create``: the envelope, the schema, and further rules. Raises
SoapFaultError.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any

from lxml import etree

from simulator.appointments.fields import (
    APPOINTMENT,
    DATABASE_ACTION,
    FIELD_VALUE,
    RESOURCE,
    Field,
    Kind,
)
from simulator.appointments.snapshot import (
    Lines,
    Protocol,
    Snapshot,
    has_action,
    is_moment,
    snapshot,
)
from simulator.appointments.storage import BUSINESS_CENTRAL
from simulator.errors import OutOfRangeError, SoapFaultError
from simulator.page_service.faults import BROKER, DIALOG, SOAP
from simulator.page_service.schema import NAMESPACE, schema

_TRUE = ("true", "1")
_FIELDS = MappingProxyType({field.page: field for field in APPOINTMENT})


def read_create(action: str | None, body: bytes) -> tuple[Snapshot, etree._Element]:
    """Return the snapshot of a call, and its ``Appointment`` element. ``action`` is the SOAPAction
    header.
    """
    if action is None or action.strip('"') != f"{NAMESPACE}:Create":
        raise SoapFaultError(
            BROKER, f"The SOAPAction {action or '(none)'} is not supported by service Appointment."
        )
    create = _payload(_parsed(body))
    if create.tag != f"{{{NAMESPACE}}}Create":
        raise SoapFaultError(
            BROKER,
            f'Method "{etree.QName(create).localname}" was not found on service "Appointment"!',
        )
    _check(create)
    entity = create[0]
    fields = _stored(_values(entity, APPOINTMENT))
    if not has_action(fields, DATABASE_ACTION.page):
        raise SoapFaultError(DIALOG, "Database Action must be I, U or D in Appointment.")
    lines = Lines(
        _lines(entity, "Resources", RESOURCE), _lines(entity, "Field_Values", FIELD_VALUE)
    )
    return snapshot(Protocol.PAGE_SERVICE, lambda field: field.page, fields, lines), entity


def parsed_payload(body: bytes) -> etree._Element:
    """Return the only element of the envelope's body. Raises SoapFaultError."""
    return _payload(_parsed(body))


def _parsed(body: bytes) -> etree._Element:
    """Return the root element. A document type is refused, and entities are never replaced."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SoapFaultError("System.Xml.XmlException", str(error)) from None
    if root.getroottree().docinfo.doctype:
        raise SoapFaultError(
            "System.Xml.XmlException",
            "For security reasons DTD is prohibited in this XML document.",
        )
    return root


def _payload(envelope: etree._Element) -> etree._Element:
    body = envelope.find(f"{{{SOAP}}}Body")
    if envelope.tag != f"{{{SOAP}}}Envelope" or body is None or len(body) != 1:
        raise SoapFaultError(
            BROKER, "The message is no SOAP 1.1 envelope whose body holds one element."
        )
    return body[0]


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(schema())


def _check(create: etree._Element) -> None:
    checked = _schema()
    if not checked.validate(create):
        raise SoapFaultError(
            "System.Xml.Schema.XmlSchemaValidationException", checked.error_log[0].message
        )


def _stored(values: dict[str, Any]) -> dict[str, Any]:
    try:
        return BUSINESS_CENTRAL.store(values, _FIELDS)
    except OutOfRangeError as error:
        raise SoapFaultError(DIALOG, str(error)) from None


def _lines(entity: etree._Element, part: str, fields: tuple[Field, ...]) -> list[dict[str, Any]]:
    return [_values(line, fields) for line in entity.iterfind(f"{{{NAMESPACE}}}{part}/*")]


def _values(element: etree._Element, fields: tuple[Field, ...]) -> dict[str, Any]:
    found = ((field, element.find(f"{{{NAMESPACE}}}{field.page}")) for field in fields)
    return {
        field.page: _value(field, child.text or "") for field, child in found if child is not None
    }


def _value(field: Field, text: str) -> Any:
    """Return a schema-valid text as a JSON type."""
    if field.kind is Kind.TEXT:
        return text
    text = text.strip()
    if field.kind is Kind.MOMENT:
        return _moment(field, text)
    if field.kind is Kind.BOOLEAN:
        return text in _TRUE
    return Decimal(text) if field.kind is Kind.DECIMAL else int(text)


def _moment(field: Field, text: str) -> str:
    if not is_moment(text):
        raise SoapFaultError(
            DIALOG,
            (
                f"{field.page}: {text} names no offset and no Z, so it would be read in the "
                "server's own time zone."
            ),
        )
    return text
