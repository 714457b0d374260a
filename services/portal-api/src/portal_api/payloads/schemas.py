"""Responses of the routes of payloads, requests and answers."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from common.contracts.appointment import Action
from portal_api.schemas.paging import ResponseModel
from portal_api.schemas.types import Instant


class EarlierVersion(BaseModel):
    """The version of the appointment before this one (design.md, section 5, rule 3)."""

    transaction_id: str
    received_at: Instant
    modified_at: Instant


class PayloadChange(BaseModel):
    """A value that differs from the version before, at a path such as
    ``Assignments[0].Resource.ResourceNo``.
    """

    path: str
    kind: Literal["added", "removed", "changed"]
    before: Any = None
    after: Any = None


class Payload(BaseModel):
    """The snapshot of a delivery exactly as Dime.Scheduler sent it, digit by digit."""

    transaction_id: str | None
    received_at: Instant
    action: Action | None
    body: Any = Field(
        description="The snapshot. A text where it is no valid JSON. Null when it is gone."
    )
    gone: str | None = Field(description="The reason why there is no snapshot any more.")
    before: EarlierVersion | None = Field(
        description="Null for the first version, or when the snapshot of the one before is gone."
    )
    changes: list[PayloadChange] = Field(
        description="The differences from the version before, at most 500."
    )


class RequestHeader(BaseModel):
    """A header of a call. Secrets are masked."""

    name: str
    value: str


class RequestCall(BaseModel):
    """One HTTP call as the delivery sent it, with secrets masked."""

    method: str
    url: str
    headers: list[RequestHeader]
    body: str
    is_whole: bool = Field(description="Whether the body is complete. A longer one is cut off.")
    curl: str = Field(
        description=(
            "A command for a POSIX shell that sends the call. Each secret is a variable of the "
            "shell, such as `$MBOC_AUTHORIZATION`."
        )
    )


class MappedRequest(BaseModel):
    """The calls of one attempt. They are mapped again, with the settings that the attempt used."""

    calls: list[RequestCall]
    connector_version: int
    action: Action
    mapped_by: str = Field(description="The release that mapped the calls.")


class StoredAnswer(ResponseModel):
    """The answer of the back office to a failed attempt, with secrets masked."""

    http_status: int
    content_type: str | None = None
    body: str = Field(description="At most 16 KiB in UTF-8.")
    is_whole: bool
    at: Instant
