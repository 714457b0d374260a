"""The appointment of one call, independent of the protocol."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from common.contracts.moments import in_utc
from simulator.appointments.fields import APPOINTMENT_ID, DATABASE_ACTION, LAST_MODIFIED, Field

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ACTIONS = MappingProxyType({"I": "create", "U": "update", "D": "delete"})
"""The letters of the field Database Action (domain.md, 4.1)."""
_OFFSET = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")


class Protocol(StrEnum):
    """The protocol of a call."""

    WEBHOOK = "webhook"
    PAGE_SERVICE = "page service"
    API_PAGE = "api page"
    DATAVERSE = "dataverse"


class Snapshot(NamedTuple):
    """The appointment with its lines, by the protocol's own names. Dates and times stay the sent
    text.
    """

    protocol: Protocol
    appointment: str
    action: str
    modified_at: datetime | None
    fields: dict[str, Any]
    resources: list[dict[str, Any]]
    field_values: list[dict[str, Any]]


class Lines(NamedTuple):
    """The lines of both sub-parts."""

    resources: list[dict[str, Any]]
    field_values: list[dict[str, Any]]


def snapshot(
    protocol: Protocol, naming: Callable[[Field], str], fields: dict[str, Any], lines: Lines
) -> Snapshot:
    """Return the snapshot of valid fields. ``naming`` returns the protocol's name of a field."""
    appointment, modified = fields.get(naming(APPOINTMENT_ID)), fields.get(naming(LAST_MODIFIED))
    return Snapshot(
        protocol=protocol,
        appointment="" if appointment is None else str(appointment),
        action=ACTIONS[fields[naming(DATABASE_ACTION)]],
        modified_at=in_utc(datetime.fromisoformat(modified)) if modified else None,
        fields=fields,
        resources=lines.resources,
        field_values=lines.field_values,
    )


def has_action(fields: Mapping[str, Any], name: str) -> bool:
    """Whether the field of this name holds I, U or D."""
    action = fields.get(name)
    return isinstance(action, str) and action in ACTIONS


def is_moment(text: str) -> bool:
    """Whether the text is a valid date and time with Z or an offset. Without one, each server reads
    it in its own time zone (domain.md, 4.9).
    """
    if not _OFFSET.fullmatch(text):
        return False
    try:
        in_utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return False
    return True
