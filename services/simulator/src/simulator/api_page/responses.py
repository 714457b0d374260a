"""Responses of the API page: the stored record, errors, and the metadata."""

from __future__ import annotations

import base64
import json
import uuid
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from common.exact_json import write_json
from simulator.api_page.read import APPOINTMENT_FIELDS, NAMESPACE, PARTS
from simulator.appointments.fields import Field, Kind
from simulator.odata.metadata import Entity, metadata

if TYPE_CHECKING:
    from collections.abc import Mapping

_BLANK = MappingProxyType(
    {
        Kind.TEXT: "",
        Kind.INT: 0,
        Kind.LONG: 0,
        Kind.DECIMAL: 0,
        Kind.BOOLEAN: False,
        Kind.MOMENT: "0001-01-01T00:00:00Z",
    }
)
"""Business Central's values of empty fields, which are never null."""


def appointment_created(
    context: str, identity: str, entry_no: int, sent: Mapping[str, Any]
) -> bytes:
    """Return the record. ``context`` is the address of its collection."""
    return _record(context, identity, {"entryNo": entry_no, **_filled(APPOINTMENT_FIELDS, sent)})


def line_created(context: str, identity: str, part: str, sent: Mapping[str, Any]) -> bytes:
    """Return a line that was posted after its appointment."""
    return _record(context, identity, _filled(PARTS[part].fields, sent))


def error_body(code: str, message: str) -> bytes:
    """Return an error, with a correlation id after two blanks."""
    return json.dumps(
        {"error": {"code": code, "message": f"{message}  CorrelationId:  {uuid.uuid4()}."}}
    ).encode()


def edmx() -> bytes:
    """Return the metadata document."""
    links = {name: f"Collection({NAMESPACE}.{part.entity})" for name, part in PARTS.items()}
    appointment = {"entryNo": Kind.INT, **_kinds(APPOINTMENT_FIELDS)}
    lines = [
        Entity(part.entity, name, "id", _kinds(part.fields), {}) for name, part in PARTS.items()
    ]
    return metadata(
        NAMESPACE, [Entity("appointment", "appointments", "id", appointment, links), *lines]
    )


def _record(context: str, identity: str, values: dict[str, Any]) -> bytes:
    etag = base64.b64encode(f"44;{identity};1;".encode()).decode()
    return write_json(
        {
            "@odata.context": f"{context}/$entity",
            "@odata.etag": f'W/"{etag}"',
            "id": identity,
            **values,
        }
    ).encode()


def _filled(fields: Mapping[str, Field], sent: Mapping[str, Any]) -> dict[str, Any]:
    return {name: sent.get(name, _BLANK[field.kind]) for name, field in fields.items()}


def _kinds(fields: Mapping[str, Field]) -> dict[str, Kind]:
    return {name: field.kind for name, field in fields.items()}
