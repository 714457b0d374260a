"""Connectors as MongoDB has them: one that this version cannot read is shown as far as it can be,
and never keeps another from being read.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import Field, ValidationError

from common.contracts.connector import Connector
from common.contracts.message import NO_CONNECTOR

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_STAND_INS: dict[str, Any] = {
    "connector_id": NO_CONNECTOR,
    "version": 1,
    "name": "",
    "source_app": "",
    "modified_at": datetime.fromtimestamp(0, UTC),
}
"""Values of fields that a connector must have."""


class StoredConnector(Connector):
    """A connector, and its fields that cannot be read: those have their defaults here."""

    unreadable: tuple[str, ...] = Field(default=(), exclude=True)


def as_stored(document: Mapping[str, Any]) -> StoredConnector:
    """Return the connector of any document, without the values that are wrong."""
    known = {name: value for name, value in document.items() if name != "unreadable"}
    try:
        return StoredConnector.model_validate(known)
    except ValidationError as error:
        places = [e["loc"] for e in error.errors(include_url=False, include_input=False)]
    try:
        return _without(known, {str(place[0]) for place in places if place}, places)
    except ValidationError:
        return _without({}, set(), places)


def _without(
    known: Mapping[str, Any], wrong: set[str], places: Iterable[tuple[int | str, ...]]
) -> StoredConnector:
    readable = {name: value for name, value in known.items() if name not in wrong}
    fields = sorted({".".join(map(str, place[:2])) for place in places})
    return StoredConnector.model_validate(_STAND_INS | readable | {"unreadable": tuple(fields)})
