"""The stored records as rows, by the names of the protocol that reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.appointments.fields import APPOINTMENT
from simulator.appointments.snapshot import Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulator.appointments.fields import Field
    from simulator.back_offices.record import Record

NAMINGS: Mapping[Protocol, Callable[[Field], str]] = {
    Protocol.PAGE_SERVICE: lambda field: field.page,
    Protocol.API_PAGE: lambda field: field.api,
    Protocol.DATAVERSE: lambda field: field.dataverse,
}
"""The name of a field in each protocol. A webhook has none."""


def fields_of(record: Record, naming: Callable[[Field], str]) -> dict[str, Any]:
    """Return the stored fields of a record by these names."""
    stored = NAMINGS.get(record.protocol)
    if stored is None:
        return {}
    return {
        naming(field): record.fields[stored(field)]
        for field in APPOINTMENT
        if stored(field) in record.fields
    }
