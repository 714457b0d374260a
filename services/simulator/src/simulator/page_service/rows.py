"""The records as rows of the page, for its reads by SOAP and by OData."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.appointments.fields import APPOINTMENT, STATE_FIELDS, Kind
from simulator.back_offices.rows import fields_of
from simulator.odata.metadata import Entity, metadata

if TYPE_CHECKING:
    from simulator.back_offices.processing import ProcessedState
    from simulator.back_offices.record import Record

ENTRY_NO = "Entry_No"
PROPERTIES = {
    ENTRY_NO: Kind.INT,
    **{field.page: field.kind for field in APPOINTMENT},
    **STATE_FIELDS,
}


def row_of(record: Record, found: ProcessedState) -> dict[str, Any]:
    """Return the record with the state of its processing."""
    return {
        ENTRY_NO: record.number,
        **fields_of(record, lambda field: field.page),
        "Status": str(found.state),
        "Error_Message": found.message,
        "Date_and_Time_Received": record.at.isoformat(timespec="milliseconds"),
    }


def edmx() -> bytes:
    """Return the metadata of the list page as an OData service."""
    return metadata("NAV", [Entity("Appointments", "Appointments", "SystemId", PROPERTIES, {})])
