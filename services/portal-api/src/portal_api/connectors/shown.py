"""A connector as it may be shown: everything but its secrets."""

from __future__ import annotations

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
