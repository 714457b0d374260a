"""Responses of the connector routes. Secrets are never part of a response."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from common.contracts.applied import AppliedSettings
from common.contracts.appointment import Action
from common.contracts.connector import Authentication, Connector, Limits
from portal_api.connectors.differences import changed_fields
from portal_api.schemas.examples import VERSION, page_of
from portal_api.schemas.paging import ResponseModel
from portal_api.schemas.types import Instant


class ConnectorResponse(BaseModel):
    """A connector without its secrets. ``secrets`` lists the names of the stored secrets."""

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
    newest_only: bool
    recognises_delivery_id: bool
    missing_after_s: float
    applied: AppliedSettings = AppliedSettings()
    secrets: list[str]
    modified_at: Instant
    unreadable: list[str] | None = Field(
        default=None,
        exclude_if=lambda fields: not fields,
        description=(
            "Fields from a newer version that this version cannot read. They are shown with their"
            " defaults, and the connector cannot be changed. Omitted when there are none."
        ),
    )


class ConnectorVersion(ConnectorResponse):
    """One version of a connector, in effect from ``modified_at`` until the next version."""

    modified_by: str | None = Field(
        description="The account that made the version. Null in versions of older releases."
    )
    secrets_entered: dict[str, int] = Field(
        description="For each secret, the version in which it was last entered."
    )
    changed: list[str] = Field(
        description=(
            "Fields that differ from the version before, such as authentication.login. A secret "
            "that was entered again is listed as secrets.password."
        )
    )


def as_response(connector: Connector) -> ConnectorResponse:
    """Return the connector as the API shows it, without secrets."""
    return ConnectorResponse(
        **connector.model_dump(exclude={"secrets"}),
        secrets=sorted(connector.secrets),
        unreadable=list(getattr(connector, "unreadable", ())) or None,
    )


def as_version(connector: Connector, before: Connector | None) -> ConnectorVersion:
    """Return the version with the names of its changed fields."""
    own = {
        "modified_by": connector.modified_by,
        "secrets_entered": connector.secrets_entered,
        "changed": changed_fields(before, connector),
    }
    return ConnectorVersion(**as_response(connector).model_dump(), **own)


def audit_view(connector: Connector, entered: Iterable[str] = ()) -> dict[str, Any]:
    """Return the connector for the audit.

    ``entered`` has the names of entered secrets, which no other field would show.
    """
    view: dict[str, Any] = as_response(connector).model_dump(mode="json")
    return view | ({"secrets_entered": sorted(entered)} if entered else {})


class ConnectorList(BaseModel):
    """All connectors by name."""

    items: list[ConnectorResponse]
    next: None = None


class ConnectorVersionPage(BaseModel):
    """One page of a connector's versions."""

    model_config = ConfigDict(json_schema_extra=page_of(VERSION))

    items: list[ConnectorVersion]
    next: str | None


class ConnectionTestStep(ResponseModel):
    """One step of a test, with its finding or the correction to make."""

    name: str
    passed: bool
    sentence: str


class ConnectionTestResult(BaseModel):
    """The steps of a test, up to the first that failed."""

    passed: bool
    steps: list[ConnectionTestStep]
    mapping: dict[str, Any] | None = Field(
        description="The names from the back office's own description, or null without one."
    )
