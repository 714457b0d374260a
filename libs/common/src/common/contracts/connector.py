"""The connector (MBOC setting): the configured way to one back office, as portal-api stores it and dispatcher reads it."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from common.contracts.appointment import Action
from common.contracts.message import ConnectorId, Message


class Limits(BaseModel):
    """How hard one dispatcher replica may work this connector's back office."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    calls_in_flight: int = Field(default=8, ge=1, le=200, description="Calls under way at once, per dispatcher replica.")
    calls_per_second: float | None = Field(default=None, gt=0, le=10_000, description="Calls begun per second, per replica; none = unlimited.")
    connect_timeout_s: float = Field(default=5.0, gt=0, le=60, description="Seconds to reach the back office.")
    total_timeout_s: float = Field(default=60.0, gt=0, le=600, description="Seconds for one call, answer included.")


class Connector(BaseModel):
    """A connector as stored: ``system`` and ``api_type`` stay text, because a wrong one is a status, not a crash."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    connector_id: ConnectorId
    version: int = Field(ge=1)
    name: str
    description: str | None = None
    source_app: str
    source_type: str | None = None
    enabled: bool = True
    system: str | None = None
    api_type: str | None = None
    uri: str | None = None
    actions: tuple[Action, ...] = (Action.CREATE, Action.UPDATE, Action.DELETE)
    limits: Limits = Limits()
    signing_secret: str | None = Field(default=None, repr=False, description="Sealed; only the dispatcher opens it.")
    modified_at: AwareDatetime


class ConnectorChanged(Message):
    """portal-api -> dispatcher: a connector was added, changed or disabled; read it again."""

    version: Literal[1] = 1
    connector_id: ConnectorId


class LaneChanged(Message):
    """dispatcher -> portal-api: a lane is held until its next probe, or works again (``held_until`` None)."""

    version: Literal[1] = 1
    connector_id: ConnectorId
    replica: str
    held_since: AwareDatetime | None
    held_until: AwareDatetime | None
    reason: str | None = None
    at: AwareDatetime
