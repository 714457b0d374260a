"""Reads requests to the API page. Raises ODataError in Business Central's wording
(wire-formats.md).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from simulator.appointments.fields import APPOINTMENT, DATABASE_ACTION, FIELD_VALUE, RESOURCE, Field
from simulator.appointments.snapshot import Lines, Protocol, Snapshot, has_action, snapshot
from simulator.appointments.storage import BUSINESS_CENTRAL
from simulator.errors import ODataError, OutOfRangeError
from simulator.odata.values import MalformedPayloadError, read_fields, read_object

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMESPACE = "Microsoft.NAV"
APPOINTMENT_FIELDS = MappingProxyType({field.api: field for field in APPOINTMENT})


class SubPart:
    """A sub-part: the type name of its lines, and their fields."""

    def __init__(self, entity: str, fields: tuple[Field, ...]) -> None:
        self.entity = entity
        self.fields = {field.api: field for field in fields}

    def read(self, line: Any) -> dict[str, Any]:
        """Return one line. Raises MalformedPayloadError."""
        if not isinstance(line, dict):
            raise MalformedPayloadError(
                f"A line of type '{NAMESPACE}.{self.entity}' was expected, but no object was found."
            )
        return read_fields(line, self.fields, f"{NAMESPACE}.{self.entity}", allows_null=False)


PARTS: Mapping[str, SubPart] = MappingProxyType(
    {
        "appointmentResources": SubPart("appointmentResource", RESOURCE),
        "appointmentFieldValues": SubPart("appointmentFieldValue", FIELD_VALUE),
    }
)


def read_appointment(body: bytes) -> Snapshot:
    """Return the snapshot of a deep insert."""
    try:
        sent = read_object(body)
        lines = Lines(*(_lines(part, sent.pop(name, [])) for name, part in PARTS.items()))
        fields = BUSINESS_CENTRAL.store(
            read_fields(sent, APPOINTMENT_FIELDS, f"{NAMESPACE}.appointment", allows_null=False),
            APPOINTMENT_FIELDS,
        )
    except MalformedPayloadError as error:
        raise ODataError(400, "BadRequest", str(error)) from None
    except OutOfRangeError as error:
        raise ODataError(400, "Application_FieldValidationException", str(error)) from None
    if not has_action(fields, DATABASE_ACTION.api):
        raise ODataError(
            400, "Application_FieldValidationException", "Database Action must be I, U or D."
        )
    return snapshot(Protocol.API_PAGE, lambda field: field.api, fields, lines)


def read_line(part: str, body: bytes) -> dict[str, Any]:
    """Return a line that is posted to a stored appointment."""
    try:
        return PARTS[part].read(read_object(body))
    except MalformedPayloadError as error:
        raise ODataError(400, "BadRequest", str(error)) from None


def _lines(part: SubPart, sent: Any) -> list[dict[str, Any]]:
    if not isinstance(sent, list):
        raise MalformedPayloadError(
            f"A list of type 'Collection({NAMESPACE}.{part.entity})' was expected."
        )
    return [part.read(line) for line in sent]
