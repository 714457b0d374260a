"""The stored records as rows, by the names of the protocol that reads them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from common.contracts.moments import in_utc
from simulator.appointments.fields import APPOINTMENT, Kind
from simulator.appointments.snapshot import Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulator.appointments.fields import Field
    from simulator.back_offices.fault import Fault
    from simulator.back_offices.record import Record

_FRACTION = re.compile(r"(?<=:\d\d)\.\d+(?=Z$)")
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
        naming(field): _shown(record.fields[stored(field)], field)
        for field in APPOINTMENT
        if stored(field) in record.fields
    }


def faulty_rows(rows: list[dict[str, Any]], fault: Fault | None) -> list[dict[str, Any]]:
    """Return the rows as a read with this fault shows them."""
    if fault is None or not fault.whole_seconds:
        return rows
    return [
        {
            name: _FRACTION.sub("", value) if isinstance(value, str) else value
            for name, value in row.items()
        }
        for row in rows
    ]


def _shown(value: Any, field: Field) -> Any:
    """Return a value as a read shows it. Times are in UTC and in milliseconds."""
    if field.kind is not Kind.MOMENT or not value:
        return value
    moment = in_utc(datetime.fromisoformat(value))
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
