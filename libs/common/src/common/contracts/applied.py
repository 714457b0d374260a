"""What became of a received record at the back office (domain.md, 4.7), and how to ask for it."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

from common.contracts.message import ConnectorId, DeliveryId, Message


class AppliedState(StrEnum):
    """The state of a received record at the back office. It stands beside the status."""

    WAITING = "waiting"
    APPLIED = "applied"
    REFUSED = "refused"
    REVERTED = "reverted"
    UNKNOWN = "cannot be told"


class AppliedPreset(StrEnum):
    """The ways to ask a back office for the state of a record."""

    OFF = "off"
    ANSWER = "answer to the create"
    SOAP_READ = "SOAP Read"
    RECORD = "record of the API page"
    ODATA_LIST = "OData list"
    DATAVERSE = "Dataverse status"


class AppliedSettings(BaseModel):
    """The questions of one connector. None means the published name of the preset.

    A value of ``status_field`` that no list holds means waiting.
    """

    model_config = ConfigDict(
        frozen=True, extra="ignore", json_schema_extra={"additionalProperties": False}
    )

    preset: AppliedPreset = AppliedPreset.OFF
    address: str | None = Field(
        default=None,
        max_length=2000,
        description="The address of the list page, at the server of the URI.",
    )
    status_field: str | None = Field(default=None, max_length=120)
    message_field: str | None = Field(default=None, max_length=120)
    entry_field: str | None = Field(
        default=None, max_length=120, description="The field that holds the Entry No. of a record."
    )
    applied_values: tuple[str, ...] | None = Field(default=None, max_length=20)
    refused_values: tuple[str, ...] | None = Field(default=None, max_length=20)
    reverted_values: tuple[str, ...] | None = Field(default=None, max_length=20)
    interval_s: float = Field(
        default=60.0, strict=True, ge=1, le=86_400, description="Seconds between two questions."
    )
    give_up_after_h: float = Field(
        default=72.0,
        strict=True,
        gt=0,
        le=24 * 90,
        description="Hours after which a waiting record counts as cannot be told.",
    )


class Applied(Message):
    """The state of a record as the back office told it last. ``message`` is the back office's own
    text, without secrets.
    """

    state: AppliedState
    message: str | None = Field(default=None, max_length=1000)
    checked_at: AwareDatetime | None = None
    next_check_at: AwareDatetime | None = None


class AppliedChanged(Message):
    """dispatcher -> portal-api: the state of a delivered record at the back office has changed.

    The highest ``revision`` of a delivery and attempt is the newest.
    """

    version: Literal[1] = 1
    delivery_id: DeliveryId
    attempt: int = Field(ge=1)
    connector_id: ConnectorId
    revision: int = Field(ge=1)
    applied: Applied
    at: AwareDatetime

    @property
    def message_id(self) -> str:
        """The same id for the same state of the same delivery."""
        return f"{self.delivery_id}.{self.attempt}.applied.{self.revision}"


APPLIED_CHANGES = TypeAdapter(list[AppliedChanged])
