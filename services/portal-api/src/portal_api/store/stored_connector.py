"""Connectors as they are stored. An unreadable field hides neither its connector nor any other."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import Field, ValidationError

from common.address import has_credentials, split_query, without_credentials
from common.connector_secrets import seal_secret
from common.contracts.connector import Connector
from common.contracts.message import NO_CONNECTOR

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from common.sealing import KeyRing

_DEFAULTS: dict[str, Any] = {
    "connector_id": NO_CONNECTOR,
    "version": 1,
    "name": "",
    "source_app": "",
    "modified_at": datetime.fromtimestamp(0, UTC),
}
"""Values of the required fields."""


class StoredConnector(Connector):
    """A connector, with the names of its unreadable fields. Those fields have their
    defaults here.
    """

    unreadable: tuple[str, ...] = Field(default=(), exclude=True)


def as_stored(document: Mapping[str, Any]) -> StoredConnector:
    """Return the connector of any document, without its invalid values."""
    fields = {name: value for name, value in document.items() if name != "unreadable"}
    try:
        return StoredConnector.model_validate(fields)
    except ValidationError as error:
        locations = [e["loc"] for e in error.errors(include_url=False, include_input=False)]
    try:
        return _without(fields, {str(location[0]) for location in locations if location}, locations)
    except ValidationError:
        return _without({}, set(), locations)


def as_document(connector: Connector) -> dict[str, Any]:
    """Return the document of the connector."""
    return connector.model_dump() | {
        "_id": connector.connector_id,
        "actions": [str(action) for action in connector.actions],
        "authentication": connector.authentication.model_dump(mode="json"),
        "header_names": list(connector.header_names),
    }


def with_sealed_queries(connector: StoredConnector, keys: KeyRing) -> StoredConnector:
    """Return the connector with the queries of its addresses among its sealed secrets, and without
    user names and passwords in them.

    Builds before 0.1.0 stored addresses as they were entered.
    """
    authentication = connector.authentication
    addresses = {"uri_query": connector.uri or "", "token_query": authentication.token_url or ""}
    if not any("?" in address or has_credentials(address) for address in addresses.values()):
        return connector
    queries = {name: split_query(address)[1] for name, address in addresses.items()}
    uri, token_url = (split_query(without_credentials(text))[0] for text in addresses.values())
    plain = connector.model_copy(
        update={
            "uri": uri or None,
            "authentication": authentication.model_copy(update={"token_url": token_url or None}),
        }
    )
    sealed = {
        name: seal_secret(keys, plain, name, query) for name, query in queries.items() if query
    }
    return plain.model_copy(update={"secrets": plain.secrets | sealed})


def _without(
    fields: Mapping[str, Any], wrong: set[str], locations: Iterable[tuple[int | str, ...]]
) -> StoredConnector:
    readable = {name: value for name, value in fields.items() if name not in wrong}
    unreadable = tuple(sorted({".".join(map(str, location[:2])) for location in locations}))
    return StoredConnector.model_validate(_DEFAULTS | readable | {"unreadable": unreadable})
