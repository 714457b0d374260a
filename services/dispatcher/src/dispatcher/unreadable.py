"""A stored connector that this version cannot read. Its lane waits and reports the reason."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from common.contracts.connector import Connector

if TYPE_CHECKING:
    from collections.abc import Mapping


class UnreadableConnector(Connector):
    """The readable fields of a connector. Its lane takes deliveries and makes no calls."""

    fields: tuple[str, ...]

    @property
    def reason(self) -> str:
        """The sentence for administrators, with the names of fields and without values."""
        return (
            f"The stored connector cannot be read by this version: {', '.join(self.fields)}. "
            "Save the connector again in the portal, or update the dispatcher."
        )


def parse_connector(document: Mapping[str, Any]) -> Connector | UnreadableConnector | None:
    """Return the stored connector.

    Returns None when its source app is unreadable as well.
    """
    try:
        return Connector.model_validate(document)
    except ValidationError as error:
        fields = [".".join(map(str, e["loc"])) for e in error.errors(include_input=False)]
    try:
        return UnreadableConnector.model_validate(_readable(document, fields))
    except ValidationError:
        return None


def _readable(document: Mapping[str, Any], fields: list[str]) -> dict[str, Any]:
    unreadable = {name.partition(".")[0] for name in fields}
    replacements = {
        "name": str(document["_id"]),
        "version": 1,
        "modified_at": datetime.now(UTC),
        "connector_id": str(document["_id"]),
    }
    readable = {name: value for name, value in document.items() if name not in unreadable}
    return replacements | readable | {"fields": tuple(fields)}
