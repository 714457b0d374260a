"""Writes the envelopes of Create and ReadMultiple.

The elements have the order of the mapping. Fields without a value are omitted.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from common.contracts.mapping import SoapFieldValues, SoapMapping, SoapResources
    from dispatcher.back_offices.appointment_fields import AppointmentFields, Value

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""The characters that XML 1.0 forbids (section 2.2)."""


def envelope(mapping: SoapMapping, appointment: AppointmentFields) -> bytes:
    """Return the body of the request in UTF-8."""
    inner = (
        _elements(mapping.names, appointment.fields)
        + _part(mapping.resources, appointment.resources)
        + _part(mapping.field_values, appointment.field_values)
    )
    return _envelope(
        f'<Create xmlns="{mapping.namespace}"><{mapping.entity}>{inner}</{mapping.entity}></Create>'
    )


def read_multiple(
    namespace: str, filters: Mapping[str, str], size: int, bookmark: str | None = None
) -> bytes:
    """Return the body that asks for at most ``size`` rows behind the bookmark, in UTF-8.

    ``filters`` has the criteria of each field (wire-formats.md).
    """
    wanted = "".join(
        f"<filter><Field>{text(field)}</Field><Criteria>{text(criteria)}</Criteria></filter>"
        for field, criteria in filters.items()
    )
    after = f"<bookmarkKey>{text(bookmark)}</bookmarkKey>" if bookmark else ""
    return _envelope(
        f'<ReadMultiple xmlns="{namespace}">{wanted}{after}<setSize>{size}</setSize></ReadMultiple>'
    )


def _envelope(operation: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f"{operation}</s:Body></s:Envelope>"
    ).encode()


def _part(part: SoapResources | SoapFieldValues | None, lines: list[dict[str, Value]]) -> str:
    if part is None or not lines:
        return ""
    inside = "".join(f"<{part.line}>{_elements(part.names, line)}</{part.line}>" for line in lines)
    return f"<{part.name}>{inside}</{part.name}>"


def _elements(names: list[tuple[str, str]], values: dict[str, Value]) -> str:
    return "".join(
        f"<{name}>{text(values[field])}</{name}>"
        for field, name in names
        if values.get(field) is not None
    )


def text(value: Value) -> str:
    """Return a value as XML Schema writes it. A carriage return becomes a reference."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return escape(_NOT_XML.sub("", str(value)), {"\r": "&#13;"})
