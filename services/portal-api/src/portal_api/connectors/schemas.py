"""A connector as it may be shown: everything but its secrets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, Field

from common.contracts.appointment import Action
from common.contracts.connector import Authentication, Connector, Limits
from portal_api.connectors.differences import changed
from portal_api.schemas.types import Instant


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
    sends_missing_create: bool
    secrets: list[str]
    modified_at: Instant
    unreadable: list[str] | None = Field(
        default=None,
        exclude_if=lambda fields: not fields,
        description=(
            "Fields that this version cannot read, as a newer one wrote them; they are shown with "
            "their defaults, and the connector cannot be changed. Left out where there are none."
        ),
    )


class ConnectorVersion(ConnectorShown):
    """What a connector was at one version: since ``modified_at``, until the next."""

    modified_by: str | None = Field(
        description="The account that made it; none in versions that older releases kept."
    )
    secrets_entered: dict[str, int] = Field(
        description=(
            "By secret: the version in which it was last entered. A secret that was entered "
            "since is changed."
        )
    )
    changed: list[str] = Field(
        description=(
            "Fields that differ from the version before, such as authentication.login, and "
            "secrets.password for one entered anew."
        )
    )


def shown(connector: Connector) -> ConnectorShown:
    """Return it without its secrets."""
    return ConnectorShown(
        **connector.model_dump(exclude={"secrets"}),
        secrets=sorted(connector.secrets),
        unreadable=list(getattr(connector, "unreadable", ())) or None,
    )


def as_version(connector: Connector, before: Connector | None) -> ConnectorVersion:
    """Return a version with what it changed."""
    own = {
        "modified_by": connector.modified_by,
        "secrets_entered": connector.secrets_entered,
        "changed": changed(before, connector),
    }
    return ConnectorVersion(**shown(connector).model_dump(), **own)


def told(connector: Connector, entered: Iterable[str] = ()) -> dict[str, Any]:
    """Return what the audit says of it; ``entered`` are the names of secrets that were given, which
    nothing else would show.
    """
    said: dict[str, Any] = shown(connector).model_dump(mode="json")
    return said | ({"secrets_entered": sorted(entered)} if entered else {})
