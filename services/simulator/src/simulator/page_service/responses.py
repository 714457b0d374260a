"""The successful response of the page service: ``Create_Result`` with the stored entity."""

from __future__ import annotations

import base64
from copy import deepcopy
from typing import TYPE_CHECKING

from lxml import etree

from simulator.page_service.faults import SOAP
from simulator.page_service.schema import NAMESPACE

if TYPE_CHECKING:
    from simulator.back_offices.processing import ProcessedState

_LINES = ("Resources", "Field_Values")


def created(entity: etree._Element, entry_no: int, found: ProcessedState | None = None) -> bytes:
    """Return the envelope with the sent entity, and the number and keys that the server sets.

    ``found`` is the state of the record, where the back office processes records.
    """
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"Soap": SOAP})
    body = etree.SubElement(envelope, f"{{{SOAP}}}Body")
    result = etree.SubElement(body, _named("Create_Result"), nsmap={None: NAMESPACE})
    stored = etree.SubElement(result, _named("Appointment"))
    etree.SubElement(stored, _named("Key")).text = _key(entry_no)
    etree.SubElement(stored, _named("Entry_No")).text = str(entry_no)
    stored.extend(
        deepcopy(child) for child in entity if child.tag not in {_named("Key"), _named("Entry_No")}
    )
    _key_lines(stored, entry_no)
    if found is not None:
        etree.SubElement(stored, _named("Status")).text = str(found.state)
        etree.SubElement(stored, _named("Error_Message")).text = found.message
    etree.cleanup_namespaces(envelope)
    return etree.tostring(envelope, xml_declaration=True, encoding="utf-8")


def _key_lines(stored: etree._Element, entry_no: int) -> None:
    for part in _LINES:
        for number, line in enumerate(stored.iterfind(f"{_named(part)}/*"), 1):
            for sent in line.findall(_named("Key")):
                line.remove(sent)
            key = etree.Element(_named("Key"))
            key.text = _key(entry_no, number * 10_000)
            line.insert(0, key)


def _key(*numbers: int) -> str:
    """Return an opaque key in the server's form: length, bytes in base64, table, timestamp."""
    packed = base64.b64encode(b"".join(number.to_bytes(8, "big") for number in numbers)).decode()
    return f"{len(packed)};{packed};1;{numbers[0]};"


def _named(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"
