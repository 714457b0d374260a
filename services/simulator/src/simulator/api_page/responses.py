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
from simulator.back_offices.rows import fields_of
from simulator.odata.metadata import Entity, metadata

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.back_offices.processing import ProcessedState, Processing
    from simulator.back_offices.record import Record

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


STATE_PROPERTIES = {
    "status": Kind.TEXT,
    "errorMessage": Kind.TEXT,
    "dateAndTimeReceived": Kind.MOMENT,
}
PROPERTIES = ("id", "entryNo", *APPOINTMENT_FIELDS, *STATE_PROPERTIES)


def appointment_created(
    context: str, row: Mapping[str, Any], processing: Processing | None
) -> bytes:
    """Return the record. ``context`` is the address of its collection.

    Without processing the answer has no state.
    """
    values = {name: value for name, value in row.items() if name != "id"}
    if processing is None:
        values = {name: value for name, value in values.items() if name not in STATE_PROPERTIES}
    return _record(context, str(row["id"]), values)


def row_of(record: Record, found: ProcessedState) -> dict[str, Any]:
    """Return the record with the state of its processing."""
    stored = fields_of(record, lambda field: field.api)
    return {
        "id": record.entity_id,
        "entryNo": record.number,
        **_filled(APPOINTMENT_FIELDS, stored),
        "status": str(found.state),
        "errorMessage": found.message,
        "dateAndTimeReceived": record.at.isoformat(timespec="milliseconds"),
    }


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
    appointment = {"entryNo": Kind.INT, **_kinds(APPOINTMENT_FIELDS), **STATE_PROPERTIES}
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
