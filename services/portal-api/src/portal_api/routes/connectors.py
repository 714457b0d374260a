"""``/api/connectors``: the connectors (MBOC settings); each write is a version and takes effect within seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Protocol

from fastapi import APIRouter, Body, Response
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from common.contracts.appointment import Action
from common.contracts.connector import Connector, Limits
from portal_api.errors import ConflictError
from portal_api.routes.paging import Instant
from portal_api.routes.problems import PROBLEMS

if TYPE_CHECKING:
    from portal_api.store.connectors import Connectors

    class Announce(Protocol):
        """How the dispatchers hear of it."""

        async def __call__(self, connector_id: str) -> None:
            """Tell that the connector changed."""
            ...


class ConnectorFields(BaseModel):
    """What an administrator enters. System, API type and URI may be empty or wrong: deliveries then say which to mend."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {
        "name": "Service orders", "source_app": "CRONUSINTERNATIONALLTD.", "system": "Webhook", "api_type": "REST", "uri": "https://hooks.cronus.example/appointments",
    }})  # fmt: skip

    name: str = Field(min_length=1, max_length=100)
    description: str | None = Field(default=None, max_length=1000)
    source_app: str = Field(min_length=1, max_length=30, description="Must equal the Source App of the jobs (domain: nvarchar(30)).")
    source_type: str | None = Field(default=None, max_length=10, description="Only appointments of this Source Type; empty = all.")
    enabled: bool = True
    system: str | None = Field(default=None, max_length=50, description="Business Central, NAV, CRM or Webhook.")
    api_type: str | None = Field(default=None, max_length=20, description="SOAP or REST.")
    uri: str | None = Field(default=None, max_length=2000)
    actions: list[Action] = Field(default=[Action.CREATE, Action.UPDATE, Action.DELETE], max_length=3)
    limits: Limits = Limits()
    signing_secret: SecretStr | None = Field(default=None, max_length=500, description="Signs webhooks; write-only, none keeps the old one.")


class ConnectorChange(ConnectorFields):
    """The whole connector, with the version it was read at."""

    version: int = Field(ge=1, description="The version you read; another one now is answered 409.")


class ConnectorShown(BaseModel):
    """A connector without its secrets."""

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
    limits: Limits
    has_signing_secret: bool
    modified_at: Instant


class ConnectorList(BaseModel):
    """All connectors by name."""

    items: list[ConnectorShown]
    next: None = None


def connectors(store: Connectors, announce: Announce) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/connectors", tags=["Connectors"])
    missing: dict[int | str, dict[str, Any]] = {404: PROBLEMS[404]}
    wrong: dict[int | str, dict[str, Any]] = missing | {409: PROBLEMS[409]}

    @router.get("")
    async def list_connectors() -> ConnectorList:
        """List the connectors by name, at most a thousand."""
        return ConnectorList(items=[_shown(connector) for connector in await store.all()])

    @router.post("", status_code=201)
    async def create_connector(fields: Annotated[ConnectorFields, Body()], response: Response) -> ConnectorShown:
        """Create a connector; it is used within seconds."""
        connector = await store.create(*_split(fields))
        await announce(connector.connector_id)
        response.headers["Location"] = f"/api/connectors/{connector.connector_id}"
        return _shown(connector)

    @router.get("/{connector_id}", responses=missing)
    async def read_connector(connector_id: str) -> ConnectorShown:
        """Read one connector."""
        return _shown(await store.one(connector_id))

    @router.put("/{connector_id}", responses=wrong)
    async def change_connector(connector_id: str, fields: Annotated[ConnectorChange, Body()]) -> ConnectorShown:
        """Change a connector; the change is used within seconds."""
        before = await store.one(connector_id)
        if before.version != fields.version:
            raise ConflictError(f"The connector is at version {before.version} by now: read it again")
        after = await store.change(before, *_split(fields))
        await announce(connector_id)
        return _shown(after)

    @router.post("/{connector_id}/disable", responses=wrong)
    async def disable_connector(connector_id: str) -> ConnectorShown:
        """Disable a connector: its deliveries are recorded as *MBOC Publish Disabled*, never dropped."""
        return await _switch(connector_id, enabled=False)

    @router.post("/{connector_id}/enable", responses=wrong)
    async def enable_connector(connector_id: str) -> ConnectorShown:
        """Enable a connector."""
        return await _switch(connector_id, enabled=True)

    async def _switch(connector_id: str, *, enabled: bool) -> ConnectorShown:
        before = await store.one(connector_id)
        kept = before.model_dump(exclude={"connector_id", "version", "modified_at", "signing_secret"})
        after = await store.change(before, kept | {"enabled": enabled}, None)
        await announce(connector_id)
        return _shown(after)

    return router


def _split(fields: ConnectorFields) -> tuple[dict[str, Any], str | None]:
    """Return what is kept as it is, and the secret."""
    secret = fields.signing_secret.get_secret_value() if fields.signing_secret else None
    return fields.model_dump(exclude={"signing_secret", "version"}), secret


def _shown(connector: Connector) -> ConnectorShown:
    return ConnectorShown(**connector.model_dump(exclude={"signing_secret"}), has_signing_secret=connector.signing_secret is not None)
