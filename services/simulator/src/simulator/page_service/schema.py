"""The types and operations of the page service as an XML schema, which the WSDL publishes and which
validates calls.
"""

from __future__ import annotations

from typing import NamedTuple

from lxml import etree

from simulator.appointments.fields import APPOINTMENT, FIELD_VALUE, RESOURCE, STATE_FIELDS, Field

NAMESPACE = "urn:microsoft-dynamics-schemas/page/appointment"
XSD = "http://www.w3.org/2001/XMLSchema"


class Element(NamedTuple):
    """An element inside a sequence."""

    name: str
    type: str
    least: str = "0"
    most: str = "1"


_ENTITY = Element("Appointment", "tns:Appointment", "1")
_ENTITIES = Element("Appointment_List", "tns:Appointment_List", "1")
_KEY = Element("Key", "xsd:string", "1")
OPERATIONS: dict[str, tuple[tuple[Element, ...], tuple[Element, ...]]] = {
    "Read": ((Element("Entry_No", "xsd:int", "1"),), (_ENTITY._replace(least="0"),)),
    "ReadByRecId": ((Element("recId", "xsd:string", "1"),), (_ENTITY._replace(least="0"),)),
    "ReadMultiple": (
        (
            Element("filter", "tns:Appointment_Filter", "1", "unbounded"),
            Element("bookmarkKey", "xsd:string"),
            Element("setSize", "xsd:int", "1"),
        ),
        (Element("ReadMultiple_Result", "tns:Appointment_List"),),
    ),
    "IsUpdated": ((_KEY,), (Element("IsUpdated_Result", "xsd:boolean", "1"),)),
    "GetRecIdFromKey": ((_KEY,), (Element("GetRecIdFromKey_Result", "xsd:string", "1"),)),
    "Create": ((_ENTITY,), (_ENTITY,)),
    "CreateMultiple": ((_ENTITIES,), (_ENTITIES,)),
    "Update": ((_ENTITY,), (_ENTITY,)),
    "UpdateMultiple": ((_ENTITIES,), (_ENTITIES,)),
    "Delete": ((_KEY,), (Element("Delete_Result", "xsd:boolean", "1"),)),
    "Delete_Resources": (
        (Element("Resources_Key", "xsd:string", "1"),),
        (Element("Delete_Resources_Result", "xsd:boolean", "1"),),
    ),
    "Delete_Field_Values": (
        (Element("Field_Values_Key", "xsd:string", "1"),),
        (Element("Delete_Field_Values_Result", "xsd:boolean", "1"),),
    ),
}
"""Parameters and results of each operation. Create, Read and ReadMultiple are implemented."""


def schema() -> etree._Element:
    """Return a new schema element. Every element of a record is optional, but the order is fixed
    and nil is not allowed.
    """
    root = etree.Element(
        f"{{{XSD}}}schema",
        {"elementFormDefault": "qualified", "targetNamespace": NAMESPACE},
        nsmap={"xsd": XSD, "tns": NAMESPACE},
    )
    _lines(root, "Appointment_Resource", RESOURCE)
    _lines(root, "Appointment_Field_Value", FIELD_VALUE)
    parts = [
        Element("Resources", "tns:Appointment_Resource_List"),
        Element("Field_Values", "tns:Appointment_Field_Value_List"),
    ]
    _type(
        root,
        "Appointment",
        [
            Element("Key", "xsd:string"),
            Element("Entry_No", "xsd:int"),
            *_parts(APPOINTMENT),
            *(Element(name, f"xsd:{kind}") for name, kind in STATE_FIELDS.items()),
            *parts,
        ],
    )
    _type(root, "Appointment_List", [Element("Appointment", "tns:Appointment", "1", "unbounded")])
    _filter(root)
    for name, (taken, returned) in OPERATIONS.items():
        _type(etree.SubElement(root, f"{{{XSD}}}element", name=name), None, taken)
        _type(etree.SubElement(root, f"{{{XSD}}}element", name=f"{name}_Result"), None, returned)
    return root


def _lines(root: etree._Element, name: str, fields: tuple[Field, ...]) -> None:
    _type(root, name, [Element("Key", "xsd:string"), *_parts(fields)])
    _type(root, f"{name}_List", [Element(name, f"tns:{name}", "1", "unbounded")])


def _parts(fields: tuple[Field, ...]) -> list[Element]:
    return [Element(field.page, f"xsd:{field.kind}") for field in fields]


def _filter(root: etree._Element) -> None:
    names = etree.SubElement(root, f"{{{XSD}}}simpleType", name="Appointment_Fields")
    allowed = etree.SubElement(names, f"{{{XSD}}}restriction", base="xsd:string")
    for name in ("Entry_No", *(field.page for field in APPOINTMENT), *STATE_FIELDS):
        etree.SubElement(allowed, f"{{{XSD}}}enumeration", value=name)
    _type(
        root,
        "Appointment_Filter",
        [Element("Field", "tns:Appointment_Fields", "1"), Element("Criteria", "xsd:string", "1")],
    )


def _type(
    parent: etree._Element, name: str | None, parts: list[Element] | tuple[Element, ...]
) -> None:
    sequence = etree.SubElement(
        etree.SubElement(parent, f"{{{XSD}}}complexType", {"name": name} if name else {}),
        f"{{{XSD}}}sequence",
    )
    for part in parts:
        etree.SubElement(
            sequence,
            f"{{{XSD}}}element",
            minOccurs=part.least,
            maxOccurs=part.most,
            name=part.name,
            type=part.type,
        )
