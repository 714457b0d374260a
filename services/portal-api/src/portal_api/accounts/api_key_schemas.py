"""Responses of the API key routes."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from portal_api.accounts.roles import Role
from portal_api.schemas.paging import ResponseModel
from portal_api.schemas.types import Instant, Moment


class ApiKeyResponse(ResponseModel):
    """An API key without its secret, which is shown only when the key is created."""

    api_key_id: str
    name: str
    role: Role
    owner: str
    created_at: Instant
    expires_at: Instant | None = None
    used_at: Instant | None = Field(default=None, description="The last use, to the minute.")


class CreatedApiKey(ApiKeyResponse):
    """A new API key. Store it, because it is not shown again."""

    key: str


class ApiKeyPage(BaseModel):
    """One page of API keys."""

    items: list[ApiKeyResponse]
    next: str | None


class NewApiKey(BaseModel):
    """An API key to create."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "name": "nightly export",
                "role": "viewer",
                "expires_at": "2030-01-01T00:00:00Z",
            }
        },
    )

    name: str = Field(min_length=1, max_length=100, description="The purpose of the key.")
    role: Role = Field(description="At most your own role.")
    expires_at: Moment | None = Field(
        default=None,
        description=(
            "The end of the key, 90 days from now if it is left out, and at most 366 days from now "
            "unless you are an admin. An admin may send null for a key without an end."
        ),
    )
