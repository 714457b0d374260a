"""SOAP faults as NAV and Business Central word them (wire-formats.md): injected faults, and the
faults of invalid calls.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import NamedTuple

from lxml import etree

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_ERROR = "urn:microsoft-dynamics-schemas/error"
_STRING = "http://schemas.microsoft.com/2003/10/Serialization/"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


class SoapFault(NamedTuple):
    """The type name of the server's exception, and its message."""

    exception: str
    message: str


DIALOG = "Microsoft.Dynamics.Nav.Types.Exceptions.NavNCLDialogException"
BROKER = "Microsoft.Dynamics.Nav.Service.WebServices.ServiceBrokerException"
NOT_FOUND = SoapFault(BROKER, 'Service "Appointment" was not found!')
CATALOGUE = MappingProxyType(
    {
        "DifferentTableIdsMessage": SoapFault(DIALOG, "DifferentTableIdsMessage"),
        "ServiceBroker": SoapFault(BROKER, 'Other user has modified "Appointment" "Entry No.=13".'),
        "UnknownType": SoapFault(BROKER, "Unknown type name: Appointment_Resource"),
        "ServiceNotFound": NOT_FOUND,
        "DuplicateKey": SoapFault(
            "Microsoft.Dynamics.Nav.Types.Exceptions.NavCSideDuplicateKeyException",
            "The Appointment already exists. Identification fields and values: Entry No.='13'",
        ),
        "PermissionDenied": SoapFault(
            "Microsoft.Dynamics.Nav.Types.Exceptions.NavPermissionException",
            "You do not have the following permissions on TableData Dime DS Appointment: Insert.",
        ),
        "RecordLocked": SoapFault(
            "Microsoft.Dynamics.Nav.Types.Exceptions.NavCSideException",
            "The operation could not complete because a record in the Appointment table was "
            "locked by another user. Please retry the activity.",
        ),
        "Dialog": SoapFault(
            DIALOG,
            "Task No. must have a value in Appointment: Entry No.=13. It cannot be zero or empty.",
        ),
    }
)


def fault_body(fault: SoapFault, form: str | None = None) -> bytes:
    """Return the envelope of a fault. ``form`` is one of ``Fault.fault_form``."""
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"s": SOAP})
    element = etree.SubElement(etree.SubElement(envelope, f"{{{SOAP}}}Body"), f"{{{SOAP}}}Fault")
    etree.SubElement(element, "faultcode", nsmap={"a": _ERROR}).text = f"a:{fault.exception}"
    etree.SubElement(element, "faultstring", {_LANGUAGE: "en-US"}).text = fault.message
    detail = etree.SubElement(element, "detail")
    etree.SubElement(detail, f"{{{_STRING}}}string", nsmap={None: _STRING}).text = fault.message
    if form == "comments":
        for name in ("faultcode", "faultstring"):
            _commented(element.find(name))
    if form == "utf-16":
        return etree.tostring(envelope, xml_declaration=True, encoding="utf-16")
    return etree.tostring(envelope)


def _commented(element: etree._Element | None) -> None:
    """Insert a comment into the middle of a text."""
    if element is None or not element.text:
        return
    middle = len(element.text) // 2
    comment = etree.Comment(" from a proxy ")
    comment.tail = element.text[middle:]
    element.text = element.text[:middle]
    element.append(comment)
