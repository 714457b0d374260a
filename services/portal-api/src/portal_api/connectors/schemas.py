"""A connector as it may be shown: everything but its secrets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from common.contracts.appointment import Action
from common.contracts.connector import Authentication, Connector, Limits
from portal_api.connectors.differences import changed_fields
from portal_api.schemas.examples import VERSION, page_of
from portal_api.schemas.paging import ResponseModel
from portal_api.schemas.types import Instant


class ConnectorResponse(BaseModel):
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


class ConnectorVersion(ConnectorResponse):
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


def as_response(connector: Connector) -> ConnectorResponse:
    """Return it without its secrets."""
    return ConnectorResponse(
        **connector.model_dump(exclude={"secrets"}),
        secrets=sorted(connector.secrets),
        unreadable=list(getattr(connector, "unreadable", ())) or None,
    )


def as_version(connector: Connector, before: Connector | None) -> ConnectorVersion:
    """Return a version with what it changed."""
    own = {
        "modified_by": connector.modified_by,
        "secrets_entered": connector.secrets_entered,
        "changed": changed_fields(before, connector),
    }
    return ConnectorVersion(**as_response(connector).model_dump(), **own)


def audit_view(connector: Connector, entered: Iterable[str] = ()) -> dict[str, Any]:
    """Return what the audit says of it; ``entered`` are the names of secrets that were given, which
    nothing else would show.
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
    """One step of a test, with what was seen or what to mend."""

    name: str
    passed: bool
    sentence: str


class ConnectionTestResult(BaseModel):
    """How far a test came: the steps up to the first that failed."""

    passed: bool
    steps: list[ConnectionTestStep]
    mapping: dict[str, Any] | None = Field(
        description="The names that the back office's own description has, where it has one."
    )
