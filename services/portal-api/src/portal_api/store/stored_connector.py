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

_DEFAULTS: dict[str, Any] = {
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
    fields = {name: value for name, value in document.items() if name != "unreadable"}
    try:
        return StoredConnector.model_validate(fields)
    except ValidationError as error:
        locations = [e["loc"] for e in error.errors(include_url=False, include_input=False)]
    try:
        return _without(fields, {str(location[0]) for location in locations if location}, locations)
    except ValidationError:
        return _without({}, set(), locations)


def _without(
    fields: Mapping[str, Any], wrong: set[str], locations: Iterable[tuple[int | str, ...]]
) -> StoredConnector:
    readable = {name: value for name, value in fields.items() if name not in wrong}
    unreadable = tuple(sorted({".".join(map(str, location[:2])) for location in locations}))
    return StoredConnector.model_validate(_DEFAULTS | readable | {"unreadable": unreadable})
