"""A connector as it may be shown: everything but its secrets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

from common.contracts.appointment import Action
from common.contracts.connector import Authentication, Connector, Limits
from portal_api.routes.paging import Instant


class ConnectorShown(BaseModel):
    """A connector without its secrets; ``secrets`` says which are set."""

    connector_id: str
    version: int
    name: str
    description: str | None
    source_app: str
    source_type: str | None
    enabled: bool
    system: str | None
    api_type: str | None
    uri: str | None
    actions: list[Action]
    authentication: Authentication
    time_zone: str
    mapping: dict[str, Any] | None
    ca_certificate: str | None
    header_names: list[str]
    limits: Limits
    secrets: list[str]
    modified_at: Instant


def shown(connector: Connector) -> ConnectorShown:
    """Return it without its secrets."""
    return ConnectorShown(**connector.model_dump(exclude={"secrets"}), secrets=sorted(connector.secrets))


def told(connector: Connector, entered: Iterable[str] = ()) -> dict[str, Any]:
    """Return what the audit says of it; ``entered`` are the names of secrets that were given, which nothing else would show."""
    said: dict[str, Any] = shown(connector).model_dump(mode="json")
    return said | ({"secrets_entered": sorted(entered)} if entered else {})
